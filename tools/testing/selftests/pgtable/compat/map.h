/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a 32-bit program and the test that starts it tell each other.
 */
#ifndef _COMPAT_MAP_H
#define _COMPAT_MAP_H

#include <stdint.h>

/* Its descriptors. */
#define COMPAT_REQUEST	0
#define COMPAT_ANSWER	1
#define COMPAT_FILE	3

struct compat_request {
	uint32_t size;		/* bytes */
	uint32_t pgoff;		/* 4 KiB, as mmap2() counts */
};

struct compat_answer {
	uint32_t address;	/* or -errno */
	uint32_t seen;		/* the first word, which then is ~seen */
};

#endif /* _COMPAT_MAP_H */

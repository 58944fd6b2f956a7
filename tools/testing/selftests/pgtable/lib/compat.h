/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A 32-bit program, compat/map.c, which a test has within it and starts.
 */
#ifndef _LIB_COMPAT_H
#define _LIB_COMPAT_H

#include <linux/types.h>

#include "compat/map.h"

/* Returns NULL, or why no such program can be started. */
const char *lacks_compat(void);

/*
 * Starts one with a personality, which maps @size bytes of @file from @offset on at an address of
 * the kernel's choice. A failure ends the test.
 */
struct compat_answer compat_map(unsigned long persona, int file, __u64 offset, __u32 size);

#endif /* _LIB_COMPAT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test needs of the kernel and of the machine.
 */
#ifndef _LIB_NEED_H
#define _LIB_NEED_H

#include <errno.h>

#define NO_BAR	"BAR_BDF names no device"

/* Returns NULL if @path exists, or else says that this kernel has no @what. */
const char *lacks(const char *path, const char *what);

/* These say what the machine lacks: CPUs for a race, and the BAR that the environment names. */
const char *lacks_two_cpus(void);
const char *lacks_bar(void);

/* Skips the test if @call says that this kernel lacks something. */
#define NEED(call)								\
	do {									\
		const char *_lacks = (call);					\
										\
		if (_lacks)							\
			SKIP(return, "%s", _lacks);				\
	} while (0)

/* What a system call returned, or -errno. */
static inline int result(long ret)
{
	return ret < 0 ? -errno : ret;
}

#endif /* _LIB_NEED_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test needs of the kernel.
 */
#ifndef _LIB_NEED_H
#define _LIB_NEED_H

#include <errno.h>

/* Returns NULL if @path exists, or else says that this kernel has no @what. */
const char *lacks(const char *path, const char *what);

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

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The warnings of the kernel, for tests that provoke some.
 */
#ifndef _LIB_WARN_H
#define _LIB_WARN_H

#include <stdbool.h>

/* How often the kernel log has @what since kernel_said() was called last. */
int kernel_has_said(const char *what);

/* The same; clears the log. */
int kernel_said(const char *what);

/* How many warnings there were since the last call. */
int warnings(void);

bool panics_on_warning(void);

#endif /* _LIB_WARN_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a child ends.
 */
#ifndef _LIB_CHILD_H
#define _LIB_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* Waits for what fork() returned. Returns the status, 0 for a child that exits with 0, or -1. */
int child_status(pid_t pid);

static inline bool child_was_right(pid_t pid)
{
	return !child_status(pid);
}

#endif /* _LIB_CHILD_H */

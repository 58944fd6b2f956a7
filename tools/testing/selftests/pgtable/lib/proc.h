/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers in files of /proc, and knobs to write.
 */
#ifndef _LIB_PROC_H
#define _LIB_PROC_H

#include <stdbool.h>

/* Writes @text to a file; returns false if that fails. */
bool proc_write(const char *path, const char *text);

/* The kB in the first line that starts with @name, or -1. */
long proc_kb(const char *path, const char *name);

/* Page tables of this process, kB. */
long own_tables_kb(void);

/* Page tables of all processes, kB; waits until RCU has freed unused ones. */
long all_tables_kb(void);

#endif /* _LIB_PROC_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of /proc: text, pagemap and PAGEMAP_SCAN, and knobs to write.
 */
#ifndef _LIB_PROC_H
#define _LIB_PROC_H

#include <stdbool.h>
#include <linux/fs.h>
#include <linux/types.h>

/* Of an entry of pagemap. */
#define ENTRY_PRESENT	(1ULL << 63)
#define ENTRY_SOFT_DIRTY	(1ULL << 55)
#define ENTRY_PFN		((1ULL << 55) - 1)

#define PAGEMAP		"/proc/self/pagemap"
#define PAGEMAP_PAGES	2048

/* What was read last. To use them changes no table and costs no fault. */
extern char proc_text[1 << 17];
extern __u64 pagemap[PAGEMAP_PAGES];

/* Reads all of a file, what fits into @proc_text; returns its size or -errno. */
long proc_read(const char *path);

/* The line of @proc_text that starts with address @va and character @next; or NULL. */
char *mapping_in_text(const void *va, char next);

/* The number after the first @name at or after @from, or -1. */
long number_after(const char *from, const char *name);

/* The number in the first line of a file that starts with @name, often kB; or -1. */
long proc_kb(const char *path, const char *name);

/* The same of what each kernel has; ends the test if it cannot be read. */
long proc_known_kb(const char *path, const char *name);

/* Page tables of this process, kB. */
long own_tables_kb(void);

/* Page tables of all processes, kB; waits until RCU has freed unused ones. */
long all_tables_kb(void);

/* Reads a pagemap from @va on. */
bool read_pagemap(const char *path, const void *va, __u64 count);

/* PAGEMAP_SCAN of this process; @arg has neither size, start nor end yet. */
long scan_pagemap(const void *va, __u64 size, struct pm_scan_arg arg);

/* Writes @text to a file; returns false if that fails. */
bool proc_write(const char *path, const char *text);

#endif /* _LIB_PROC_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocations of the calling thread that fail: the kernel's own fault injection, and what a leak
 * would show in.
 */
#ifndef _PFNMAP_FAIL_H
#define _PFNMAP_FAIL_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAIL_KNOBS	"/sys/kernel/debug/"

static inline bool fail_set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool set = fd >= 0 && write(fd, value, strlen(value)) > 0;

	close(fd);
	return set;
}

/* Tables are single pages, which are waited for: by default these do not fail. */
static inline bool fail_pages(void)
{
	return fail_set(FAIL_KNOBS "fail_page_alloc/min-order", "0") &&
	       fail_set(FAIL_KNOBS "fail_page_alloc/ignore-gfp-wait", "N") &&
	       fail_set(FAIL_KNOBS "fail_page_alloc/verbose", "0");
}

/* Objects, too. */
static inline bool fail_all(void)
{
	return fail_pages() && fail_set(FAIL_KNOBS "failslab/ignore-gfp-wait", "N") &&
	       fail_set(FAIL_KNOBS "failslab/verbose", "0");
}

/* For the other functions; a negative number in a kernel that lacks them. */
static inline int fail_open(void)
{
	return open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

static inline void fail_nth(int fd, int nth)
{
	char text[16];

	if (pwrite(fd, text, snprintf(text, sizeof(text), "%d", nth), 0) <= 0)
		abort();
}

/* Whether an allocation has failed since fail_nth(); none does any more. */
static inline bool fail_end(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		abort();
	fail_nth(fd, 0);
	return !atoi(text);
}

/* The value of a line of a file of /proc, kB, or -1. */
static inline long proc_kb(const char *path, const char *name)
{
	char line[256];
	FILE *file = fopen(path, "r");
	long kb = -1;

	while (kb < 0 && file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kb = atol(line + strlen(name));
	if (file)
		fclose(file);
	return kb;
}

/* Page tables of this process. */
static inline long own_tables_kb(void)
{
	return proc_kb("/proc/self/status", "VmPTE:");
}

/* Those of all, as soon as RCU has freed what it shall. */
static inline long all_tables_kb(void)
{
	usleep(200000);
	fail_set("/proc/sys/vm/stat_refresh", "1");
	return proc_kb("/proc/meminfo", "PageTables:");
}

#endif /* _PFNMAP_FAIL_H */

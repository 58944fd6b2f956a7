/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How another process maps a BAR.
 */
#ifndef _PFNMAP_PROCESS_H
#define _PFNMAP_PROCESS_H

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/lookup.h"
#include "lib/stage2.h"

/* The address of the BAR in process @pid: its largest mapping of a vfio device. */
static inline __u64 bar_address(pid_t pid, __u64 *size)
{
	unsigned long long first, last;
	char path[64], line[512];
	__u64 found = 0;
	FILE *maps;

	*size = 0;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (!strstr(line, "vfio") || sscanf(line, "%llx-%llx", &first, &last) != 2)
			continue;
		if (last - first > *size) {
			*size = last - first;
			found = first;
		}
	}
	if (maps)
		fclose(maps);
	return found;
}

/* Counts the entries that map the BAR in process @pid, asking the test device; all of it is mapped. */
static inline void process_entries(pid_t pid, int test_fd, struct pfnmap_entries *out)
{
	struct test_pfnmap_follow f;
	enum pfnmap_level level;
	__u64 at, size, end;

	memset(out, 0, sizeof(*out));
	at = bar_address(pid, &size);
	for (end = at + size; at < end; at = (at | ~f.addr_mask) + 1) {
		if (pfnmap_follow_of(test_fd, pid, (void *)(uintptr_t)at, 1, &f))
			errx(1, "process %d does not map byte %#llx of the BAR", pid,
			     (unsigned long long)(at + size - end));
		for (level = PFNMAP_PTE; ~f.addr_mask + 1 > pfnmap_size(level); level++)
			;
		out->of[level]++;
	}
}

#endif /* _PFNMAP_PROCESS_H */

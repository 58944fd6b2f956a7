/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on the start of a BAR that is mapped by entries of the level of the row.
 */
#ifndef _BAR_H
#define _BAR_H

#include "lib/vfio.h"
#include "bench.h"

#define SCALE_END	(64 * PFNMAP_1G)	/* a scale is 1, 4, 16 and 64 GiB */

static struct pfnmap_bar bar;
static enum pfnmap_level level;
static char *va;	/* where it is mapped */
static __u64 size;	/* of what is mapped, bytes */
static __u64 block;	/* of one entry, bytes */
/* What unpatched Linux survives: a larger entry that is cut, moved or shown it clears as a bad table. */
static enum pfnmap_level stock_top = PFNMAP_PUD;

static inline void map(void)
{
	va = bar_map(&bar, level, PROT_READ | PROT_WRITE, 0, size);
	check("mmap", va == MAP_FAILED ? -errno : 0);
}

static inline void unmap(void)
{
	check("munmap", munmap(va, size) ? -errno : 0);
}

static inline void touch(void)
{
	bar_touch(va, size, block);
}

/* All entries go, and the page tables stay: later faults find the tables they need. */
static inline void zap(void)
{
	check("memory decode off", bar_decode_off(&bar));
	check("memory decode on", bar_decode_on(&bar));
}

static inline __u64 tables_kib(void)
{
	char line[256];
	unsigned long kib = 0;
	FILE *status = fopen("/proc/self/status", "r");

	check("/proc/self/status", status ? 0 : -errno);
	while (fgets(line, sizeof(line), status))
		sscanf(line, "VmPTE: %lu", &kib);
	fclose(status);
	return kib;
}

static inline void bench_row(const struct row *row)
{
	level = row->level;
	size = row->size;
	block = pfnmap_size(level);
	map();
	touch();
	measure(row);
	unmap();
}

static inline void bench_scale(const struct row *row)
{
	struct row one = *row;

	for (one.size = PFNMAP_1G; one.size <= SCALE_END; one.size *= 4) {
		snprintf(suffix, sizeof(suffix), "-%lluG", one.size / PFNMAP_1G);
		bench_row(&one);
	}
	suffix[0] = 0;
}

/* dev/bench says so of unpatched Linux. */
static inline bool is_stock(void)
{
	const char *kernel = getenv("KERNEL");

	return kernel && !strcmp(kernel, "base");
}

static inline void bench(const struct row *row)
{
	enum pfnmap_level top = pfnmap_top();

	check("BAR_BDF must name a device bound to vfio-pci", bar_open(&bar));
	check("the BAR is too small: dev/vm --bar 64G", bar.size < SCALE_END ? -ENOSPC : 0);
	if (is_stock() && top > stock_top)
		top = stock_top;
	for (; row->name; row++) {
		if (row->level > top)
			continue;
		if (row->size)
			bench_row(row);
		else
			bench_scale(row);
	}
}

#endif /* _BAR_H */

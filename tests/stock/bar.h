/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the reproducers share: a mapping of a BAR through vfio-pci, and how many faults it takes.
 */
#ifndef _STOCK_BAR_H
#define _STOCK_BAR_H

#include "lib/check.h"
#include "lib/vfio.h"

static struct pfnmap_bar bar;

/* Reads a word of each block; returns how many faults that took. */
static inline long faults_of(char *va, __u64 size, __u64 block)
{
	long before = pfnmap_faults();

	bar_touch(va, size, block);
	return pfnmap_faults() - before;
}

/* Checks that blocks which were mapped still are. */
static inline void check_mapped(char *va, int blocks, __u64 block)
{
	long faults = faults_of(va, blocks * block, block);

	CHECK(!faults, "%ld of %d blocks fault again", faults, blocks);
}

/* Maps the first blocks of the BAR by entries of @level. */
static inline char *map_blocks(enum pfnmap_level level, int blocks)
{
	const __u64 block = pfnmap_size(level), size = blocks * block;
	char *va;

	CHECK_EQ(0, bar_open(&bar), "cannot open the BAR");
	CHECK_EQ(0, mlockall(MCL_CURRENT), "errno %d", errno);
	va = bar_map(&bar, level, RW, 0, size);
	CHECK(va != MAP_FAILED, "mmap(): errno %d", errno);
	CHECK_EQ(blocks, faults_of(va, size, block), "first faults");
	return va;
}

#endif /* _STOCK_BAR_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * A DMA map of a BAR mapping by type1, which looks up each entry.
 */
#include "bar.h"

#define SWEEPS	15	/* a round is their median: the timer interrupts some */

static __u64 dma_map_once(void)
{
	__u64 start = now(), end;

	check("DMA map", bar_dma_map(&bar, va, PFNMAP_IOVA, size, BAR_DMA_RW));
	end = now();
	check("DMA unmap", bar_dma_unmap(&bar, PFNMAP_IOVA, size) == (__s64)size ? 0 : -EIO);
	return end - start;
}

/* It interrupts each of the long ones as often. */
static __u64 dma_map(void)
{
	__u64 took[SWEEPS];
	int i, times = level != PFNMAP_PUD && size > PFNMAP_1G ? 1 : SWEEPS;

	for (i = 0; i < times; i++)
		took[i] = dma_map_once();
	qsort(took, times, sizeof(took[0]), by_value);
	return took[times / 2] * 10;
}

static const struct row rows[] = {
	{ "dma-map-2M", dma_map, PFNMAP_PTE, MIB(2) },
	{ "dma-map-64M", dma_map, PFNMAP_PTE, MIB(64) },
	{ "dma-map", dma_map, PFNMAP_PMD },
	{ "dma-map", dma_map, PFNMAP_PUD },
	{ }
};

int main(void)
{
	bench(rows);
	return 0;
}

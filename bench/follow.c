// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups of a BAR mapping: by the test device, and by a DMA map of type1.
 */
#include "bar.h"
#include "lib/lookup.h"

#define PAIRS	1000

static int test_fd;

static __u64 follow(void)
{
	struct test_pfnmap_follow f;

	check("follow", pfnmap_follow(test_fd, va, PAIRS, &f));
	return f.ns * 10 / PAIRS;
}

static __u64 dma_map_once(void)
{
	__u64 start = now(), end;

	check("DMA map", bar_dma_map(&bar, va, PFNMAP_IOVA, size, BAR_DMA_RW));
	end = now();
	check("DMA unmap", bar_dma_unmap(&bar, PFNMAP_IOVA, size) == (__s64)size ? 0 : -EIO);
	return end - start;
}

/* To the short ones the timer makes a difference, which the median of a few leaves out. */
static __u64 dma_map(void)
{
	__u64 took[5];
	int i, times = size > PFNMAP_1G ? 1 : 5;

	for (i = 0; i < times; i++)
		took[i] = dma_map_once();
	qsort(took, times, sizeof(took[0]), by_value);
	return took[times / 2] * 10;
}

static const struct row rows[] = {
	{ "follow", follow, PFNMAP_PTE, PFNMAP_2M },
	{ "follow", follow, PFNMAP_PMD, PFNMAP_2M },
	{ "follow", follow, PFNMAP_PUD, PFNMAP_1G },
	{ "dma-map-2M", dma_map, PFNMAP_PTE, PFNMAP_2M },
	{ "dma-map", dma_map, PFNMAP_PMD },
	{ "dma-map", dma_map, PFNMAP_PUD },
	{ }
};

int main(void)
{
	test_fd = pfnmap_follow_open();
	check("/dev/test_pfnmap (the kernel needs CONFIG_TEST_PFNMAP=y)", test_fd);
	bench(rows);
	return 0;
}

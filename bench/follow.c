// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups of a BAR mapping: by the test device, and by a DMA map.
 */
#include "bar.h"

#define PAIRS	1000

static int test_fd;

static __u64 follow(void)
{
	struct test_pfnmap_follow f;

	check("follow", pfnmap_follow(test_fd, va, PAIRS, &f));
	return f.ns * 10 / PAIRS;
}

static __u64 dma_map(void)
{
	__u64 start = now(), end;

	check("DMA map", bar_dma_map(&bar, va, PFNMAP_IOVA, size, BAR_DMA_RW));
	end = now();
	check("DMA unmap", bar_dma_unmap(&bar, PFNMAP_IOVA, size) == (__s64)size ? 0 : -EIO);
	return (end - start) * 10;
}

static const struct row rows[] = {
	{ "follow", follow, PFNMAP_PTE, PFNMAP_2M },
	{ "follow", follow, PFNMAP_PMD, PFNMAP_2M },
	{ "follow", follow, PFNMAP_PUD, PFNMAP_1G },
	{ "dma-map-2M", dma_map, PFNMAP_PTE, PFNMAP_2M },
	{ "dma-map-BAR", dma_map, PFNMAP_PMD, 0 },
	{ "dma-map-BAR", dma_map, PFNMAP_PUD, 0 },
	{ }
};

int main(void)
{
	test_fd = pfnmap_follow_open();
	check("/dev/test_pfnmap (the kernel needs CONFIG_TEST_PFNMAP=y)", test_fd);
	bench(rows);
	return 0;
}

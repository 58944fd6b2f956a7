// SPDX-License-Identifier: GPL-2.0
/*
 * DMA maps of a BAR: vfio's type1 IOMMU follows the mapping block by block.
 */
#define _GNU_SOURCE
#include "lib/follow.h"
#include "lib/nvme.h"

#define EXPECT_DMA(at, len) do {							\
	char *_va = self->va + (at);							\
											\
	EXPECT_EQ(0, bar_dma_map(&self->bar, _va, PFNMAP_IOVA, len, BAR_DMA_RW))	\
		TH_LOG("at %p", _va);							\
	EXPECT_EQ((__s64)(len), bar_dma_unmap(&self->bar, PFNMAP_IOVA, len));		\
} while (0)

TEST_F(follow, dma_whole_blocks)
{
	bar_touch(self->va, self->size, self->block);
	EXPECT_DMA(0, self->size);
	EXPECT_DMA(0, self->block);
	EXPECT_DMA(self->block, self->block);
}

TEST_F(follow, dma_odd_sizes)
{
	bar_touch(self->va, self->size, self->block);
	EXPECT_DMA(self->block / 2 & -PAGE_SIZE, PAGE_SIZE);
	EXPECT_DMA(self->block - PAGE_SIZE, 2 * PAGE_SIZE);
	EXPECT_DMA(PAGE_SIZE, self->size - 2 * PAGE_SIZE);
	EXPECT_DMA(PMD_SIZE - PAGE_SIZE, 2 * PAGE_SIZE);
}

/* A DMA map faults the blocks in: no fault is left for the CPU. */
TEST_F(follow, dma_untouched)
{
	long before;

	EXPECT_DMA(0, self->size);
	before = pfnmap_faults();
	bar_touch(self->va, self->size, self->block);
	EXPECT_EQ(before, pfnmap_faults());
}

TEST_F(follow, dma_read_only)
{
	char *va = bar_map(&self->bar, variant->level, PROT_READ, 0, self->size);
	int i;

	ASSERT_NE(MAP_FAILED, va);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-EFAULT, bar_dma_map(&self->bar, va, PFNMAP_IOVA, self->size,
					       BAR_DMA_RW));
		EXPECT_EQ(0, bar_dma_map(&self->bar, va, PFNMAP_IOVA, self->size, BAR_DMA_READ));
		EXPECT_EQ((__s64)self->size, bar_dma_unmap(&self->bar, PFNMAP_IOVA, self->size));
		bar_touch(va, self->size, self->block);
	}
}

TEST_F(follow, dma_needs_the_mapping)
{
	ASSERT_EQ(0, bar_decode_off(&self->bar));
	EXPECT_EQ(-EFAULT, bar_dma_map(&self->bar, self->va, PFNMAP_IOVA, self->block, BAR_DMA_RW));
	ASSERT_EQ(0, bar_decode_on(&self->bar));
	EXPECT_DMA(0, self->block);
	ASSERT_EQ(0, munmap(self->va, self->size));
	EXPECT_EQ(-EFAULT, bar_dma_map(&self->bar, self->va, PFNMAP_IOVA, self->block, BAR_DMA_RW));
}

/* The device itself finds the right frames through a DMA map. */
TEST_F(follow, dma_by_the_device)
{
	const __u64 page[] = {
		0, self->block - PAGE_SIZE, self->block, self->size / 2, self->size - PAGE_SIZE,
	};
	struct pfnmap_nvme nvme;
	unsigned int i;
	int ret = nvme_open(&nvme, &self->bar);

	if (ret == -ENODEV)
		SKIP(return, "the device is no NVMe controller");
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, bar_dma_map(&self->bar, self->va, PFNMAP_IOVA, self->size, BAR_DMA_RW));
	for (i = 0; i < ARRAY_SIZE(page); i++) {
		bar_write(self->va + page[i], ~0ULL);
		ASSERT_EQ(0, nvme_identify(&nvme, PFNMAP_IOVA + page[i]));
		EXPECT_EQ(nvme.id, bar_read(self->va + page[i]));
		bar_write(self->va + page[i], 0);
	}
	nvme_close(&nvme);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * A DMA map of a BAR that the process has made inaccessible.
 */
#include "bar.h"

int main(void)
{
	char *va = map_blocks(PFNMAP_PMD, 1);
	int ret;

	CHECK_EQ(0, bar_dma_map(&bar, va, PFNMAP_IOVA, PMD_SIZE, BAR_DMA_READ), "while accessible");
	CHECK_EQ(PMD_SIZE, bar_dma_unmap(&bar, PFNMAP_IOVA, PMD_SIZE), "while accessible");
	CHECK_EQ(0, mprotect(va, PMD_SIZE, PROT_NONE), "errno %d", errno);
	ret = bar_dma_map(&bar, va, PFNMAP_IOVA, PMD_SIZE, BAR_DMA_READ);
	CHECK(ret, "VFIO_IOMMU_MAP_DMA accepts it");
	CHECK_EQ(-EFAULT, ret, "the second map");
	return 0;
}

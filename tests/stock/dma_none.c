// SPDX-License-Identifier: GPL-2.0
/*
 * A DMA map of a BAR that the process has made inaccessible.
 */
#include "bar.h"

int main(void)
{
	char *va = map_blocks(PFNMAP_PMD, 1);

	CHECK_EQ(0, mprotect(va, PMD_SIZE, PROT_NONE), "errno %d", errno);
	CHECK(bar_dma_map(&bar, va, PFNMAP_IOVA, PMD_SIZE, BAR_DMA_READ) == -EFAULT,
	      "VFIO_IOMMU_MAP_DMA accepts it");
	return 0;
}

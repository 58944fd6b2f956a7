// SPDX-License-Identifier: GPL-2.0
/*
 * Reads 1 GiB that is aligned to 1 GiB: one fault if the CPU has entries of that size, else 512.
 */
#include "bar.h"

int main(void)
{
	const enum pfnmap_level level = pfnmap_top();
	const long entries = PFNMAP_1G / pfnmap_size(level);
	char *va = map_blocks(PFNMAP_PMD, 1);
	long faults;

	va = bar_map(&bar, PFNMAP_PUD, RW, 0, PFNMAP_1G);
	CHECK(va != MAP_FAILED, "mmap(): errno %d", errno);
	faults = faults_of(va, PFNMAP_1G, PMD_SIZE);
	CHECK(faults >= entries, "entries of 1 GiB, and the CPU has none");
	CHECK_EQ(entries, faults, "faults");
	return 0;
}

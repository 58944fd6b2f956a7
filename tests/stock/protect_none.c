// SPDX-License-Identifier: GPL-2.0
/*
 * mprotect(PROT_NONE) of two blocks, and back.
 */
#include "bar.h"

int main(void)
{
	char *va = map_blocks(PFNMAP_PMD, 2);
	const __u64 size = 2 * PMD_SIZE;

	CHECK_EQ(0, mprotect(va, size, PROT_NONE), "errno %d", errno);
	CHECK_EQ(0, mprotect(va, size, RW), "errno %d", errno);
	check_mapped(va, 2, PMD_SIZE);
	return 0;
}

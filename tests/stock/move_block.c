// SPDX-License-Identifier: GPL-2.0
/*
 * mremap() of 1 GiB.
 */
#define _GNU_SOURCE
#include "bar.h"
#include "lib/access.h"

int main(void)
{
	char *va = map_blocks(PFNMAP_PUD, 1), *to = pfnmap_pick(PFNMAP_PUD, bar.phys, PFNMAP_1G);

	CHECK_EQ(0, catch_refusals(), "errno %d", errno);
	CHECK(mremap(va, PFNMAP_1G, PFNMAP_1G, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to,
	      "errno %d", errno);
	CHECK(try_read(va) == SIGSEGV, "the old address still reads the BAR");
	check_mapped(to, 1, PFNMAP_1G);
	return 0;
}

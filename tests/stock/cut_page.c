// SPDX-License-Identifier: GPL-2.0
/*
 * A system call on a page in the middle of 1 GiB: cut_page mprotect|munmap|madvise|mremap
 */
#define _GNU_SOURCE
#include <string.h>

#include "bar.h"

static int cut(const char *call, char *page)
{
	if (!strcmp(call, "munmap"))
		return munmap(page, PFNMAP_4K);
	if (!strcmp(call, "madvise"))
		return madvise(page, PFNMAP_4K, MADV_RANDOM);
	if (!strcmp(call, "mremap"))
		return mremap(page, PFNMAP_4K, PFNMAP_4K, MREMAP_MAYMOVE | MREMAP_FIXED,
			      pfnmap_pick(PFNMAP_PTE, 0, PFNMAP_4K)) == MAP_FAILED;
	return mprotect(page, PFNMAP_4K, PROT_READ);
}

int main(int argc, char **argv)
{
	char *va = map_blocks(PFNMAP_PUD, 1), *page = va + PFNMAP_1G / 2 + PFNMAP_4K;

	CHECK(argc == 2, "say which call");
	bar_write(page - PFNMAP_4K, word(1));
	bar_write(page + PFNMAP_4K, word(2));
	CHECK_EQ(0, cut(argv[1], page), "errno %d", errno);
	CHECK_EQ(word(1), bar_read(page - PFNMAP_4K), "the page before");
	CHECK_EQ(word(2), bar_read(page + PFNMAP_4K), "the page after");
	return 0;
}

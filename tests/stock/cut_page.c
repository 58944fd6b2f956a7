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
		return munmap(page, PAGE_SIZE);
	if (!strcmp(call, "madvise"))
		return madvise(page, PAGE_SIZE, MADV_RANDOM);
	if (!strcmp(call, "mremap"))
		return mremap(page, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
			      pfnmap_pick(PFNMAP_PTE, 0, PAGE_SIZE)) == MAP_FAILED;
	return mprotect(page, PAGE_SIZE, PROT_READ);
}

int main(int argc, char **argv)
{
	char *va = map_blocks(PFNMAP_PUD, 1), *page = va + PFNMAP_1G / 2 + PAGE_SIZE;

	CHECK(argc == 2, "say which call");
	bar_write(page - PAGE_SIZE, word(1));
	bar_write(page + PAGE_SIZE, word(2));
	CHECK_EQ(0, cut(argv[1], page), "errno %d", errno);
	CHECK_EQ(word(1), bar_read(page - PAGE_SIZE), "the page before");
	CHECK_EQ(word(2), bar_read(page + PAGE_SIZE), "the page after");
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * System calls that treat a part of a mapping of frames otherwise than the rest: its pages do what
 * they are told to, and the rest keeps its entries, the large ones too.
 */
#define _GNU_SOURCE
#include "huge_pfnmap_in_place.h"

TEST_F(split, mprotect)
{
	check_operations(_metadata, self, mprotects);
}

TEST_F(split, mprotect_in_place)
{
	check_operations_in_place(_metadata, self, mprotects);
}

TEST_F(split, munmap)
{
	check_operations(_metadata, self, munmaps);
}

TEST_F(split, munmap_in_place)
{
	check_operations_in_place(_metadata, self, munmaps);
}

TEST_F(split, mremap)
{
	check_operations(_metadata, self, mremaps);
}

TEST_F(split, mremap_in_place)
{
	check_operations_in_place(_metadata, self, mremaps);
}

TEST_F(split, mmap_over)
{
	check_operations(_metadata, self, mmaps_over);
}

TEST_F(split, mmap_over_in_place)
{
	check_operations_in_place(_metadata, self, mmaps_over);
}

TEST_F(split, madvise)
{
	check_operations(_metadata, self, madvises);
}

TEST_F(split, madvise_in_place)
{
	check_operations_in_place(_metadata, self, madvises);
}

TEST_F(split, madvise_dontdump)
{
	check_operation(_metadata, self, &madvise_dontdump);
}

TEST_HARNESS_MAIN

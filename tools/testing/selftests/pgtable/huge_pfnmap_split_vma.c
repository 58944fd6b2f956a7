// SPDX-License-Identifier: GPL-2.0
/*
 * System calls on a part of a block: its pages are as the call makes them, and the rest keeps its
 * entries, the large ones too.
 */
#define _GNU_SOURCE
#include "lib/in_place.h"
#include "lib/operation.h"
#include "lib/split.h"

ALL_VARIANTS(split, vfio);

TEST_F(split, mprotect)
{
	check_operations(mprotects);
}

TEST_F(split, mprotect_in_place)
{
	check_operations_in_place(mprotects);
}

TEST_F(split, munmap)
{
	check_operations(munmaps);
}

TEST_F(split, munmap_in_place)
{
	check_operations_in_place(munmaps);
}

TEST_F(split, mremap)
{
	check_operations(mremaps);
}

TEST_F(split, mremap_in_place)
{
	check_operations_in_place(mremaps);
}

TEST_F(split, mmap_over)
{
	check_operations(mmaps_over);
}

TEST_F(split, mmap_over_in_place)
{
	check_operations_in_place(mmaps_over);
}

TEST_F(split, madvise)
{
	check_operations(madvises);
}

TEST_F(split, madvise_in_place)
{
	check_operations_in_place(madvises);
}

TEST_F(split, madvise_dontdump)
{
	check_operation(&madvise_dontdump);
}

SPLIT_HARNESS_MAIN

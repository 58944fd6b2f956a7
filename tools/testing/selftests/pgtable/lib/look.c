// SPDX-License-Identifier: GPL-2.0
/*
 * A look at a mapping, after which it must be the same.
 */
#include "check.h"
#include "look.h"

long before_look(void)
{
	map_all();
	return own_tables_kb();
}

void after_look(long tables)
{
	CHECK_EQ(tables, own_tables_kb(), "after the look");
	check_all();
	CHECK_EQ(tables, own_tables_kb(), "after the check");
}

void check_pagemap(const char *path, __u64 offset, __u64 count)
{
	__u64 frame = (map.source.phys + offset) / PAGE_SIZE, i, expected;

	CHECK(read_pagemap(path, map.va + offset, count), "%s", path);
	for (i = 0; i < count; i++) {
		expected = is_mixedmap() ? ENTRY_PRESENT | (frame + i) : 0;
		CHECK_EQ(expected, pagemap[i] & ~ENTRY_SOFT_DIRTY, "%#llx of the mapping",
			 offset + i * PAGE_SIZE);
	}
}

void check_pagemap_of_blocks(const char *path)
{
	__u64 at;

	for_each_block(at) {
		check_pagemap(path, at, 1);
		check_pagemap(path, at + map.block - PAGE_SIZE, 1);
	}
}

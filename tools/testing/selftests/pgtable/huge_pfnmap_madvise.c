// SPDX-License-Identifier: GPL-2.0
/*
 * madvise() of blocks of a PFN mapping: each advice is taken or refused, and harms no entry.
 */
#define _GNU_SOURCE
#include <linux/mman.h>

#include "lib/huge.h"

/* Only flags of the vma can change: there are no pages to age, drop, bring in or merge. */
static const struct {
	int advice;
	const char *name;
	int error;
} advices[] = {
	{ MADV_NORMAL, "NORMAL", 0 },
	{ MADV_RANDOM, "RANDOM", 0 },
	{ MADV_SEQUENTIAL, "SEQUENTIAL", 0 },
	{ MADV_WILLNEED, "WILLNEED", 0 },
	{ MADV_DONTNEED, "DONTNEED", EINVAL },
	{ MADV_FREE, "FREE", EINVAL },
	{ MADV_DONTFORK, "DONTFORK", 0 },
	{ MADV_DOFORK, "DOFORK", EINVAL },
	{ MADV_MERGEABLE, "MERGEABLE", 0 },
	{ MADV_UNMERGEABLE, "UNMERGEABLE", 0 },
	{ MADV_NOHUGEPAGE, "NOHUGEPAGE", 0 },
	{ MADV_HUGEPAGE, "HUGEPAGE", 0 },
	{ MADV_DONTDUMP, "DONTDUMP", 0 },
	{ MADV_DODUMP, "DODUMP", EINVAL },
	{ MADV_WIPEONFORK, "WIPEONFORK", EINVAL },
	{ MADV_KEEPONFORK, "KEEPONFORK", 0 },
	{ MADV_COLD, "COLD", EINVAL },
	{ MADV_PAGEOUT, "PAGEOUT", EINVAL },
	{ MADV_POPULATE_READ, "POPULATE_READ", EINVAL },
	{ MADV_POPULATE_WRITE, "POPULATE_WRITE", EINVAL },
	{ MADV_DONTNEED_LOCKED, "DONTNEED_LOCKED", EINVAL },
	{ MADV_COLLAPSE, "COLLAPSE", EINVAL },
	{ MADV_GUARD_INSTALL, "GUARD_INSTALL", EINVAL },
	{ MADV_GUARD_REMOVE, "GUARD_REMOVE", EINVAL },
};

static int advise(char *va, __u64 size, int advice)
{
	return madvise(va, size, advice) ? errno : 0;
}

static void check_advices(struct __test_metadata *_metadata, __u64 at, __u64 size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		EXPECT_EQ(advices[i].error, advise(map.va + at, size, advices[i].advice))
			TH_LOG("MADV_%s", advices[i].name);
		check_blocks();
	}
}

TEST_F(huge, madvise_a_block)
{
	map_blocks();
	check_advices(_metadata, 0, map.block);
	check_advices(_metadata, MIDDLE, map.block);
	check_advices(_metadata, LAST, map.block);
}

TEST_F(huge, madvise_all)
{
	map_blocks();
	check_advices(_metadata, 0, map.size);
}

/* A character device has no holes to punch; which error says so is the file's to choose. */
TEST_F(huge, madvise_remove)
{
	map_blocks();
	EXPECT_NE(0, advise(map.va + MIDDLE, map.block, MADV_REMOVE));
	check_blocks();
}

/* What was refused leaves nothing mapped either. */
TEST_F(huge, madvise_maps_nothing)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		EXPECT_EQ(advices[i].error, advise(map.va, map.size, advices[i].advice))
			TH_LOG("MADV_%s", advices[i].name);
		check_nothing(map.va);
	}
	map_blocks();
	check_blocks();
}

/* Without huge pages new entries are small, and those that are there stay as they are. */
TEST_F(huge, madvise_nohugepage)
{
	const __u64 at = MIDDLE;

	map_blocks();
	ASSERT_EQ(0, madvise(map.va + at, map.block, MADV_NOHUGEPAGE));
	check_blocks();
	ASSERT_EQ(0, source_zap(&map.source));
	map_blocks();
	check_entry(map.va + at, PFNMAP_PTE, at, true);
	check_blocks_but(at);
	ASSERT_EQ(0, madvise(map.va + at, map.block, MADV_HUGEPAGE));
	check_entry(map.va + at, PFNMAP_PTE, at, true);
	check_blocks_but(at);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Changes to a PFN mapping at the boundaries of its blocks: the other blocks keep their entries.
 */
#define _GNU_SOURCE
#include "lib/access.h"
#include "lib/huge.h"

#define MOVED	"C takes a 1 GiB entry that moves for a bad one, drops it and leaves it in the TLB"

/* mprotect() to @prot and back costs no fault and no entry. */
static void check_mprotect(struct __test_metadata *_metadata, __u64 at, __u64 size, int prot)
{
	char *va = map.va + at;
	__u64 next;

	ASSERT_EQ(0, mprotect(va, size, prot));
	for (next = at; next < at + size; next += map.block) {
		EXPECT_EQ(prot ? 0 : SIGSEGV, try_read(map.va + next));
		EXPECT_EQ(SIGSEGV, try_write(map.va + next, 0));
		if (prot)
			check_entry(map.va + next, map.level, next, false);
	}
	if (size != map.size)
		check_blocks_but(at);
	ASSERT_EQ(0, mprotect(va, size, RW));
	check_blocks();
}

TEST_F(huge, mprotect_read_only)
{
	map_blocks();
	check_mprotect(_metadata, 0, map.block, PROT_READ);
	check_mprotect(_metadata, MIDDLE, map.block, PROT_READ);
	check_mprotect(_metadata, LAST, map.block, PROT_READ);
	check_mprotect(_metadata, 0, map.size, PROT_READ);
}

TEST_F(huge, mprotect_none)
{
	map_blocks();
	check_mprotect(_metadata, 0, map.block, PROT_NONE);
	check_mprotect(_metadata, MIDDLE, map.block, PROT_NONE);
	check_mprotect(_metadata, LAST, map.block, PROT_NONE);
	check_mprotect(_metadata, 0, map.size, PROT_NONE);
}

/* What is mapped while a block is read-only is read-only, and writable once it no longer is. */
TEST_F(huge, mprotect_then_fault)
{
	char *va = map.va + MIDDLE;

	ASSERT_EQ(0, mprotect(va, map.block, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(va, 0));
	check_nothing(va);
	read_block(va, MIDDLE);
	check_entry(va, map.level, MIDDLE, false);
	ASSERT_EQ(0, mprotect(va, map.block, RW));
	write_block(va, MIDDLE);
	check_block(MIDDLE);
}

static void check_munmap(struct __test_metadata *_metadata, __u64 at)
{
	map_blocks();
	ASSERT_EQ(0, munmap(map.va + at, map.block));
	EXPECT_EQ(SIGSEGV, try_read(map.va + at));
	EXPECT_EQ(SIGSEGV, try_read(map.va + at + map.block - 8));
	check_nothing(map.va + at);
	check_blocks_but(at);
	ASSERT_EQ(map.va + at, source_map_at(&map.source, map.va + at, RW, at, map.block));
	check_nothing(map.va + at);
	check_blocks_but(at);
	write_block(map.va + at, at);
	check_blocks_but(at);
	check_entry(map.va + at, map.level, at, true);
}

TEST_F(huge, munmap_a_block)
{
	check_munmap(_metadata, 0);
	check_munmap(_metadata, MIDDLE);
	check_munmap(_metadata, LAST);
}

TEST_F(huge, munmap_all)
{
	__u64 at;

	map_blocks();
	ASSERT_EQ(0, munmap(map.va, map.size));
	for_each_block(at) {
		EXPECT_EQ(SIGSEGV, try_read(map.va + at));
		check_nothing(map.va + at);
		read_block(map.truth + at, at);
	}
}

/* Another block of the BAR where one was. */
TEST_F(huge, mmap_over_by_the_bar)
{
	char *va = map.va + MIDDLE;
	long before;

	map_blocks();
	ASSERT_EQ(va, source_map_at(&map.source, va, RW, 0, map.block));
	check_nothing(va);
	check_blocks_but(MIDDLE);
	before = pfnmap_faults();
	read_block(va, 0);
	EXPECT_EQ(1, pfnmap_faults() - before);
	check_entry(va, map.level, 0, true);
	check_blocks_but(MIDDLE);
}

TEST_F(huge, mmap_over_by_memory)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	char *va = map.va + MIDDLE;

	map_blocks();
	ASSERT_EQ(va, mmap(va, map.block, RW, flags, -1, 0));
	EXPECT_EQ(0, bar_read(va));
	bar_write(va, 1);
	bar_write(va + map.block - 8, 1);
	check_nothing(va);
	check_blocks_but(MIDDLE);
	read_block(map.truth + MIDDLE, MIDDLE);
	ASSERT_EQ(va, source_map_at(&map.source, va, RW, MIDDLE, map.block));
	write_block(va, MIDDLE);
	check_blocks_but(MIDDLE);
	check_entry(va, map.level, MIDDLE, true);
}

/* Moves the whole mapping to an address that gives entries of @level. */
static void move_to(struct __test_metadata *_metadata, enum pfnmap_level level)
{
	char *from = map.va, *to = pfnmap_pick(level, map.source.phys, map.size);
	__u64 at;

	ASSERT_NE(MAP_FAILED, to);
	ASSERT_EQ(to, mremap(from, map.size, map.size, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	map.va = to;
	for_each_block(at) {
		EXPECT_EQ(SIGSEGV, try_read(from + at))
			TH_LOG("%#llx of the old mapping can be read: " MOVED, at);
		check_nothing(from + at);
	}
}

/* Entries move as they are to where they fit. */
TEST_F(huge, mremap_keeps_the_blocks)
{
	map_blocks();
	move_to(_metadata, variant->level);
	check_blocks();
}

/* Where they do not fit, smaller ones come by faults. */
TEST_F(huge, mremap_to_smaller_blocks)
{
	enum pfnmap_level level;
	__u64 at;

	map_blocks();
	for (level = map.level; level-- > PFNMAP_PTE;) {
		move_to(_metadata, level);
		for_each_block(at) {
			read_block(map.va + at, at);
			check_entry(map.va + at, level, at, true);
		}
	}
}

/* Where larger ones would fit they stay small, and zapping leaves their tables. */
TEST_F_TIMEOUT(huge, mremap_to_larger_blocks, 300)
{
	enum pfnmap_level level;

	for (level = map.level + 1; level <= PFNMAP_PUD; level++) {
		munmap(map.va, map.size);
		map.size = pfnmap_size(level);
		map.va = source_map(&map.source, variant->level, RW, 0, map.size);
		ASSERT_NE(MAP_FAILED, map.va);
		write_block(map.va, 0);
		move_to(_metadata, level);
		check_block(0);
		ASSERT_EQ(0, source_zap(&map.source));
		check_nothing(map.va);
		write_block(map.va, 0);
		check_block(0);
	}
}

/* The device cannot grow under a mapping, nor is it a copy. */
TEST_F(huge, mremap_does_not_grow)
{
	const int flags = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;

	map_blocks();
	EXPECT_EQ(MAP_FAILED, mremap(map.va, map.size, map.size + map.block, MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(MAP_FAILED, mremap(map.va, map.size, map.size, flags));
	EXPECT_EQ(EINVAL, errno);
	check_blocks();
}

TEST_HARNESS_MAIN

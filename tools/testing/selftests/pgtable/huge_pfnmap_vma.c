// SPDX-License-Identifier: GPL-2.0
/*
 * Changes to a PFN mapping at the boundaries of its blocks: the other blocks keep their entries.
 */
#define _GNU_SOURCE
#include "huge_pfnmap.h"

#define MOVED	"C takes a 1 GiB entry that moves for a bad one, drops it and leaves it in the TLB"

/* mprotect() to @prot and back costs no fault and no entry. */
static void check_mprotect(struct __test_metadata *_metadata, huge_t *self, __u64 at, __u64 size,
			   int prot)
{
	char *va = self->va + at;
	__u64 next;

	ASSERT_EQ(0, mprotect(va, size, prot));
	for (next = at; next < at + size; next += self->block) {
		EXPECT_EQ(prot ? 0 : SIGSEGV, try_read(self->va + next));
		EXPECT_EQ(SIGSEGV, try_write(self->va + next, 0));
		if (prot)
			check_entry(_metadata, self, self->va + next, self->level, next, false);
	}
	if (size != self->size)
		check_blocks_but(_metadata, self, at);
	ASSERT_EQ(0, mprotect(va, size, RW));
	check_blocks_but(_metadata, self, ALL);
}

TEST_F(huge, mprotect_read_only)
{
	map_blocks(self);
	check_mprotect(_metadata, self, 0, self->block, PROT_READ);
	check_mprotect(_metadata, self, MIDDLE(self), self->block, PROT_READ);
	check_mprotect(_metadata, self, LAST(self), self->block, PROT_READ);
	check_mprotect(_metadata, self, 0, self->size, PROT_READ);
}

TEST_F(huge, mprotect_none)
{
	map_blocks(self);
	check_mprotect(_metadata, self, 0, self->block, PROT_NONE);
	check_mprotect(_metadata, self, MIDDLE(self), self->block, PROT_NONE);
	check_mprotect(_metadata, self, LAST(self), self->block, PROT_NONE);
	check_mprotect(_metadata, self, 0, self->size, PROT_NONE);
}

/* What is mapped while a block is read-only is read-only, and writable once it no longer is. */
TEST_F(huge, mprotect_then_fault)
{
	char *va = self->va + MIDDLE(self);

	ASSERT_EQ(0, mprotect(va, self->block, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(va, 0));
	check_nothing(_metadata, self, va);
	read_block(_metadata, self, va, MIDDLE(self));
	check_entry(_metadata, self, va, self->level, MIDDLE(self), false);
	ASSERT_EQ(0, mprotect(va, self->block, RW));
	write_block(self, va, MIDDLE(self));
	check_block(_metadata, self, MIDDLE(self));
}

static void check_munmap(struct __test_metadata *_metadata, huge_t *self, __u64 at)
{
	map_blocks(self);
	ASSERT_EQ(0, munmap(self->va + at, self->block));
	EXPECT_EQ(SIGSEGV, try_read(self->va + at));
	EXPECT_EQ(SIGSEGV, try_read(self->va + at + self->block - 8));
	check_nothing(_metadata, self, self->va + at);
	check_blocks_but(_metadata, self, at);
	ASSERT_EQ(self->va + at, source_map_at(&self->source, self->va + at, RW, at, self->block));
	check_nothing(_metadata, self, self->va + at);
	check_blocks_but(_metadata, self, at);
	write_block(self, self->va + at, at);
	check_blocks_but(_metadata, self, at);
	check_entry(_metadata, self, self->va + at, self->level, at, true);
}

TEST_F(huge, munmap_a_block)
{
	check_munmap(_metadata, self, 0);
	check_munmap(_metadata, self, MIDDLE(self));
	check_munmap(_metadata, self, LAST(self));
}

TEST_F(huge, munmap_all)
{
	__u64 at;

	map_blocks(self);
	ASSERT_EQ(0, munmap(self->va, self->size));
	for_each_block(at, self) {
		EXPECT_EQ(SIGSEGV, try_read(self->va + at));
		check_nothing(_metadata, self, self->va + at);
		read_block(_metadata, self, self->truth + at, at);
	}
}

/* Another block of the BAR where one was. */
TEST_F(huge, mmap_over_by_the_bar)
{
	char *va = self->va + MIDDLE(self);
	long before;

	map_blocks(self);
	ASSERT_EQ(va, source_map_at(&self->source, va, RW, 0, self->block));
	check_nothing(_metadata, self, va);
	check_blocks_but(_metadata, self, MIDDLE(self));
	before = pfnmap_faults();
	read_block(_metadata, self, va, 0);
	EXPECT_EQ(1, pfnmap_faults() - before);
	check_entry(_metadata, self, va, self->level, 0, true);
	check_blocks_but(_metadata, self, MIDDLE(self));
}

TEST_F(huge, mmap_over_by_memory)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	char *va = self->va + MIDDLE(self);

	map_blocks(self);
	ASSERT_EQ(va, mmap(va, self->block, RW, flags, -1, 0));
	EXPECT_EQ(0, bar_read(va));
	bar_write(va, 1);
	bar_write(va + self->block - 8, 1);
	check_nothing(_metadata, self, va);
	check_blocks_but(_metadata, self, MIDDLE(self));
	read_block(_metadata, self, self->truth + MIDDLE(self), MIDDLE(self));
	ASSERT_EQ(va, source_map_at(&self->source, va, RW, MIDDLE(self), self->block));
	write_block(self, va, MIDDLE(self));
	check_blocks_but(_metadata, self, MIDDLE(self));
	check_entry(_metadata, self, va, self->level, MIDDLE(self), true);
}

/* Moves the whole mapping to an address that is fit for @level. */
static void move_to(struct __test_metadata *_metadata, huge_t *self, enum pfnmap_level level)
{
	char *from = self->va, *to = pfnmap_pick(level, self->source.phys, self->size);
	__u64 at;

	ASSERT_NE(MAP_FAILED, to);
	ASSERT_EQ(to, mremap(from, self->size, self->size, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	self->va = to;
	for_each_block(at, self) {
		EXPECT_EQ(SIGSEGV, try_read(from + at))
			TH_LOG("%#llx of the old mapping can be read: " MOVED, at);
		check_nothing(_metadata, self, from + at);
	}
}

/* Entries move as they are to where they fit. */
TEST_F(huge, mremap_keeps_the_blocks)
{
	map_blocks(self);
	move_to(_metadata, self, variant->level);
	check_blocks_but(_metadata, self, ALL);
}

/* Where they do not fit, smaller ones come by faults. */
TEST_F(huge, mremap_to_smaller_blocks)
{
	enum pfnmap_level level;
	__u64 at;

	map_blocks(self);
	for (level = self->level; level-- > PFNMAP_PTE;) {
		move_to(_metadata, self, level);
		for_each_block(at, self) {
			read_block(_metadata, self, self->va + at, at);
			check_entry(_metadata, self, self->va + at, level, at, true);
		}
	}
}

/* Where larger ones would fit they stay small, and zapping leaves their tables. */
TEST_F_TIMEOUT(huge, mremap_to_larger_blocks, 300)
{
	enum pfnmap_level level;

	for (level = self->level + 1; level <= PFNMAP_MAX_LEVEL; level++) {
		munmap(self->va, self->size);
		self->size = pfnmap_size(level);
		self->va = source_map(&self->source, variant->level, RW, 0, self->size);
		ASSERT_NE(MAP_FAILED, self->va);
		write_block(self, self->va, 0);
		move_to(_metadata, self, level);
		check_block(_metadata, self, 0);
		ASSERT_EQ(0, self->source.kind->zap(&self->source));
		check_nothing(_metadata, self, self->va);
		write_block(self, self->va, 0);
		check_block(_metadata, self, 0);
	}
}

/* The device cannot grow under a mapping, nor is it a copy. */
TEST_F(huge, mremap_does_not_grow)
{
	const int flags = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;

	map_blocks(self);
	EXPECT_EQ(MAP_FAILED, mremap(self->va, self->size, self->size + self->block,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(MAP_FAILED, mremap(self->va, self->size, self->size, flags));
	EXPECT_EQ(EINVAL, errno);
	check_blocks_but(_metadata, self, ALL);
}

TEST_HARNESS_MAIN

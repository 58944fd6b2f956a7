// SPDX-License-Identifier: GPL-2.0
/*
 * Faults of PFN mappings at each level: how many, at which level, with which contents.
 */
#define _GNU_SOURCE
#include <pthread.h>

#include "huge_pfnmap.h"

#define D4	"D4: without hardware dirty management C faults twice where it is written"

/* A read of one word maps the whole block, and nothing but the block. */
TEST_F(huge, one_fault_a_block_read)
{
	long before = pfnmap_faults();
	__u64 at;

	for_each_block(at, self) {
		check_nothing(_metadata, self, self->va + at);
		read_block(_metadata, self, self->va + at, at);
	}
	EXPECT_EQ((long)(self->size / self->block), pfnmap_faults() - before);
	for_each_block(at, self) {
		check_entry(_metadata, self, self->va + at, self->level, at, true);
		check_entry(_metadata, self, self->va + at + self->block - 1, self->level,
			    at + self->block - 1, true);
	}
}

TEST_F(huge, one_fault_a_block_written)
{
	long before = pfnmap_faults();
	__u64 at;

	for_each_block(at, self)
		write_block(self, self->va + at, at);
	EXPECT_EQ((long)(self->size / self->block), pfnmap_faults() - before)
		TH_LOG(D4);
	check_blocks_but(_metadata, self, ALL);
}

/* What a read mapped is clean: the first write is a fault where the CPU sets no dirty bit. */
TEST_F(huge, write_after_read)
{
	const long each = cpu_sets_dirty() ? 0 : 1;
	long before;
	__u64 at;

	touch_blocks(self, self->va);
	before = pfnmap_faults();
	for_each_block(at, self)
		write_block(self, self->va + at, at);
	EXPECT_EQ((long)(self->size / self->block) * each, pfnmap_faults() - before);
	check_blocks_but(_metadata, self, ALL);
}

/* From the last block to the first, at the last word first. */
TEST_F(huge, any_word_maps_the_block)
{
	long before = pfnmap_faults();
	__u64 at;

	for (at = self->size; at; at -= self->block)
		EXPECT_EQ(word(at - 8), bar_read(self->va + at - 8));
	EXPECT_EQ((long)(self->size / self->block), pfnmap_faults() - before);
	for_each_block(at, self)
		check_entry(_metadata, self, self->va + at, self->level, at, true);
}

TEST_F(huge, contents_by_pages)
{
	__u64 at;
	int i;

	for_each_block(at, self)
		for (i = 0; i < WORDS; i++)
			bar_write(self->va + at + word_at(self, i), ~word(at + word_at(self, i)));
	for_each_block(at, self)
		for (i = 0; i < WORDS; i++)
			EXPECT_EQ(~word(at + word_at(self, i)),
				  bar_read(self->truth + at + word_at(self, i)));
}

TEST_F(huge, faults_again_after_zap)
{
	long before;
	__u64 at;
	int i;

	for (i = 0; i < 2; i++) {
		touch_blocks(self, self->va);
		ASSERT_EQ(0, self->source.kind->zap(&self->source));
		for_each_block(at, self)
			check_nothing(_metadata, self, self->va + at);
		check_nothing(_metadata, self, self->truth);
		before = pfnmap_faults();
		for_each_block(at, self)
			write_block(self, self->va + at, at);
		EXPECT_EQ((long)(self->size / self->block), pfnmap_faults() - before)
			TH_LOG(D4);
		check_blocks_but(_metadata, self, ALL);
	}
}

/* Two mappings of the same blocks: each has its own entries, zapping is for both. */
TEST_F(huge, mapped_twice)
{
	char *other = source_map(&self->source, variant->level, RW, 0, self->size);

	ASSERT_NE(MAP_FAILED, other);
	touch_blocks(self, self->va);
	check_nothing(_metadata, self, other);
	bar_write(other, ~word(0));
	check_entry(_metadata, self, other, self->level, 0, true);
	EXPECT_EQ(~word(0), bar_read(self->va));
	bar_write(self->va, word(0));
	EXPECT_EQ(word(0), bar_read(other));
	ASSERT_EQ(0, self->source.kind->zap(&self->source));
	check_nothing(_metadata, self, self->va);
	check_nothing(_metadata, self, other);
}

TEST_F(huge, read_only)
{
	char *va = source_map(&self->source, variant->level, PROT_READ, 0, self->size);
	__u64 at;

	ASSERT_NE(MAP_FAILED, va);
	EXPECT_EQ(SIGSEGV, try_write(va, 0));
	for_each_block(at, self) {
		read_block(_metadata, self, va + at, at);
		check_entry(_metadata, self, va + at, self->level, at, false);
		EXPECT_EQ(SIGSEGV, try_write(va + at, 0));
		check_entry(_metadata, self, va + at, self->level, at, false);
		read_block(_metadata, self, self->truth + at, at);
	}
}

/*
 * What of a mapping fits no block is mapped by smaller ones: a block needs its address, its
 * frame and both its ends inside the vma.
 */
TEST_F(huge, edges_by_smaller_blocks)
{
	const __u64 cut = self->block == PFNMAP_4K ? 0 : PFNMAP_4K;
	char *va = source_map(&self->source, variant->level, RW, cut, self->size - 2 * cut) - cut;
	enum pfnmap_level edge = cut ? PFNMAP_PTE : self->level;
	const __u64 last = self->size - self->block;
	__u64 at;

	ASSERT_NE(MAP_FAILED, va + cut);
	for (at = self->block; at < last; at += self->block) {
		read_block(_metadata, self, va + at, at);
		check_entry(_metadata, self, va + at, self->level, at, true);
	}
	EXPECT_EQ(word(self->block - 8), bar_read(va + self->block - 8));
	EXPECT_EQ(word(last), bar_read(va + last));
	bar_read(va + cut);
	bar_read(va + self->size - cut - 8);
	check_entry(_metadata, self, va + cut, edge, cut, true);
	check_entry(_metadata, self, va + self->size - cut - 8, edge, self->size - cut - 8, true);
	check_nothing(_metadata, self, va + cut - 1);
	check_nothing(_metadata, self, va + self->size - cut);
}

/* The address decides: the largest block to which it and the frame are congruent. */
TEST_F(huge, level_by_congruence)
{
	enum pfnmap_level level, arrives;
	char *va;
	__u64 at;

	for (level = PFNMAP_PTE; level <= variant->level; level++) {
		va = source_map(&self->source, level, RW, 0, self->size);
		ASSERT_NE(MAP_FAILED, va);
		arrives = pfnmap_arrives(level);
		for_each_block(at, self) {
			read_block(_metadata, self, va + at, at);
			check_entry(_metadata, self, va + at, arrives, at, true);
		}
		munmap(va, self->size);
	}
}

struct toucher {
	const char *va;
	__u64 found;
};

static void *touch(void *arg)
{
	struct toucher *toucher = arg;

	toucher->found = bar_read(toucher->va);
	return NULL;
}

/* Both are in the driver at once, and the second finds what the first has inserted. */
TEST_F(huge, two_faults_of_one_block)
{
	const struct test_pfnmap_serve how = { .level = variant->level, .delay_us = 5000 };
	struct toucher touchers[2];
	pthread_t threads[2];
	int i;

	if (variant->kind == &device_kind)
		ASSERT_EQ(0, pfnmap_ioctl(self->source.file, TEST_PFNMAP_SERVE, (void *)&how));
	for (i = 0; i < 2; i++) {
		touchers[i].va = self->va + word_at(self, i);
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, touch, &touchers[i]));
	}
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
		EXPECT_EQ(word(word_at(self, i)), touchers[i].found);
	}
	check_entry(_metadata, self, self->va, self->level, 0, true);
}

/* Where any block would fit, the largest that is served comes. */
TEST_F(huge, largest_block_served)
{
	const __u64 size = pfnmap_size(PFNMAP_MAX_LEVEL);
	char *va = source_map(&self->source, PFNMAP_MAX_LEVEL, RW, 0, size);

	ASSERT_NE(MAP_FAILED, va);
	read_block(_metadata, self, va, 0);
	check_entry(_metadata, self, va, self->source.top, 0, true);
}

TEST_HARNESS_MAIN

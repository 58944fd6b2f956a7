// SPDX-License-Identifier: GPL-2.0
/*
 * Faults of PFN mappings at each level: how many, at which level, with which contents.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/huge.h"

#define D4	"D4: without hardware dirty management C faults twice where it is written"

/* A read of one word maps the whole block, and nothing but the block. */
TEST_F(huge, one_fault_a_block_read)
{
	long before = pfnmap_faults();
	__u64 at;

	for_each_block(at) {
		check_nothing(map.va + at);
		read_block(map.va + at, at);
	}
	EXPECT_EQ((long)(map.size / map.block), pfnmap_faults() - before);
	for_each_block(at) {
		check_entry(map.va + at, map.level, at, true);
		check_entry(map.va + at + map.block - 1, map.level, at + map.block - 1, true);
	}
}

TEST_F(huge, one_fault_a_block_written)
{
	long before = pfnmap_faults();
	__u64 at;

	for_each_block(at)
		write_block(map.va + at, at);
	EXPECT_EQ((long)(map.size / map.block), pfnmap_faults() - before)
		TH_LOG(D4);
	check_blocks();
}

/* What a read mapped is clean: the first write is a fault where the CPU sets no dirty bit. */
TEST_F(huge, write_after_read)
{
	const long each = cpu_sets_dirty() ? 0 : 1;
	long before;
	__u64 at;

	touch_blocks(map.va);
	before = pfnmap_faults();
	for_each_block(at)
		write_block(map.va + at, at);
	EXPECT_EQ((long)(map.size / map.block) * each, pfnmap_faults() - before);
	check_blocks();
}

/* From the last block to the first, at the last word first. */
TEST_F(huge, any_word_maps_the_block)
{
	long before = pfnmap_faults();
	__u64 at;

	for (at = map.size; at; at -= map.block)
		EXPECT_EQ(word(at - 8), bar_read(map.va + at - 8));
	EXPECT_EQ((long)(map.size / map.block), pfnmap_faults() - before);
	for_each_block(at)
		check_entry(map.va + at, map.level, at, true);
}

TEST_F(huge, contents_by_pages)
{
	__u64 at;
	int i;

	for_each_block(at)
		for (i = 0; i < WORDS; i++)
			bar_write(map.va + at + word_at(i), ~word(at + word_at(i)));
	for_each_block(at)
		for (i = 0; i < WORDS; i++)
			EXPECT_EQ(~word(at + word_at(i)), bar_read(map.truth + at + word_at(i)));
}

TEST_F(huge, faults_again_after_zap)
{
	long before;
	__u64 at;
	int i;

	for (i = 0; i < 2; i++) {
		touch_blocks(map.va);
		ASSERT_EQ(0, source_zap(&map.source));
		for_each_block(at)
			check_nothing(map.va + at);
		check_nothing(map.truth);
		before = pfnmap_faults();
		for_each_block(at)
			write_block(map.va + at, at);
		EXPECT_EQ((long)(map.size / map.block), pfnmap_faults() - before)
			TH_LOG(D4);
		check_blocks();
	}
}

/* Two mappings of the same blocks: each has its own entries, zapping is for both. */
TEST_F(huge, mapped_twice)
{
	char *other = source_map(&map.source, variant->level, RW, 0, map.size);

	ASSERT_NE(MAP_FAILED, other);
	touch_blocks(map.va);
	check_nothing(other);
	bar_write(other, ~word(0));
	check_entry(other, map.level, 0, true);
	EXPECT_EQ(~word(0), bar_read(map.va));
	bar_write(map.va, word(0));
	EXPECT_EQ(word(0), bar_read(other));
	ASSERT_EQ(0, source_zap(&map.source));
	check_nothing(map.va);
	check_nothing(other);
}

TEST_F(huge, read_only)
{
	char *va = source_map(&map.source, variant->level, PROT_READ, 0, map.size);
	__u64 at;

	ASSERT_NE(MAP_FAILED, va);
	EXPECT_EQ(SIGSEGV, try_write(va, 0));
	for_each_block(at) {
		read_block(va + at, at);
		check_entry(va + at, map.level, at, false);
		EXPECT_EQ(SIGSEGV, try_write(va + at, 0));
		check_entry(va + at, map.level, at, false);
		read_block(map.truth + at, at);
	}
}

/*
 * What of a mapping fits no block is mapped by smaller ones: a block needs its address, its
 * frame and both its ends inside the vma.
 */
TEST_F(huge, edges_by_smaller_blocks)
{
	const __u64 cut = map.block == PAGE_SIZE ? 0 : PAGE_SIZE;
	char *va = source_map(&map.source, variant->level, RW, cut, map.size - 2 * cut) - cut;
	enum pfnmap_level edge = cut ? PFNMAP_PTE : map.level;
	const __u64 last = map.size - map.block;
	__u64 at;

	ASSERT_NE(MAP_FAILED, va + cut);
	for (at = map.block; at < last; at += map.block) {
		read_block(va + at, at);
		check_entry(va + at, map.level, at, true);
	}
	EXPECT_EQ(word(map.block - 8), bar_read(va + map.block - 8));
	EXPECT_EQ(word(last), bar_read(va + last));
	bar_read(va + cut);
	bar_read(va + map.size - cut - 8);
	check_entry(va + cut, edge, cut, true);
	check_entry(va + map.size - cut - 8, edge, map.size - cut - 8, true);
	check_nothing(va + cut - 1);
	check_nothing(va + map.size - cut);
}

/* The address decides: the largest block to which it and the frame are congruent. */
TEST_F(huge, level_by_congruence)
{
	enum pfnmap_level level, arrives;
	char *va;
	__u64 at;

	for (level = PFNMAP_PTE; level <= variant->level; level++) {
		va = source_map(&map.source, level, RW, 0, map.size);
		ASSERT_NE(MAP_FAILED, va);
		arrives = pfnmap_arrives(level);
		for_each_block(at) {
			read_block(va + at, at);
			check_entry(va + at, arrives, at, true);
		}
		munmap(va, map.size);
	}
}

#define MEETINGS	20000	/* that are tried, at most */

struct toucher {
	const char *va;
	atomic_int *ready;
	__u64 found;
	long faults;
};

static void *touch(void *arg)
{
	struct toucher *toucher = arg;
	long before = pfnmap_faults();

	atomic_fetch_add(toucher->ready, 1);
	while (atomic_load(toucher->ready) < 2)
		;
	toucher->found = bar_read(toucher->va);
	toucher->faults = pfnmap_faults() - before;
	return NULL;
}

/* Two threads touch a block that is not mapped; returns whether each of them took one fault. */
static bool touch_twice(struct __test_metadata *_metadata)
{
	struct toucher touchers[2];
	pthread_t threads[2];
	atomic_int ready = 0;
	int i;

	for (i = 0; i < 2; i++) {
		touchers[i] = (struct toucher) { .va = map.va + word_at(i), .ready = &ready };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, touch, &touchers[i]));
	}
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
		EXPECT_EQ(word(word_at(i)), touchers[i].found);
	}
	return touchers[0].faults == 1 && touchers[1].faults == 1;
}

/* Both are in the driver at once, and the second finds what the first has inserted. */
TEST_F(huge, two_faults_of_one_block)
{
	const struct test_pfnmap_serve how = { .level = variant->level, .delay_us = 5000 };
	bool met = false;
	int i;

	if (variant->kind == &device_kind)
		ASSERT_EQ(0, device_serve(&map.source, how));
	for (i = 0; i < MEETINGS && !met; i++) {
		ASSERT_EQ(0, source_zap(&map.source));
		met = touch_twice(_metadata);
		check_entry(map.va, map.level, 0, true);
	}
	EXPECT_TRUE(met);
	TH_LOG("%d tries", i);
}

/* Where any block would fit, the largest that is served comes. */
TEST_F(huge, largest_block_served)
{
	const __u64 size = pfnmap_size(pfnmap_top());
	char *va = source_map(&map.source, pfnmap_top(), RW, 0, size);

	ASSERT_NE(MAP_FAILED, va);
	read_block(va, 0);
	check_entry(va, map.source.top, 0, true);
}

/*
 * What the kernel gives only for a hint: addresses that arm64 has by LPA2 or LVA, and x86 by a fifth
 * level.
 */
#define HIGH	(1ULL << 48)

/* Whether the kernel maps memory at @hint. */
static bool takes(char *hint)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	char *va = mmap(hint, map.size, PROT_NONE, flags, -1, 0);

	munmap(va, map.size);
	return va == hint;
}

/* The level of a mapping of map.size bytes from the start of the BAR on. */
static enum pfnmap_level level_at(const char *va)
{
	enum pfnmap_level level = map.source.top;

	while (level > PFNMAP_PTE && (map.size < pfnmap_size(level) ||
				      ((uintptr_t)va ^ map.source.phys) % pfnmap_size(level)))
		level--;
	return level;
}

static void check_all_at(char *va, enum pfnmap_level level)
{
	__u64 at;

	for_each_block(at) {
		read_block(va + at, at);
		write_block(va + at, at);
		check_entry(va + at, level, at, true);
		check_entry(va + at + map.block - 1, level, at + map.block - 1, true);
	}
}

/* Without the first page of the block at @gone. */
static void check_all_but_a_page(struct __test_metadata *_metadata, const char *va, __u64 gone,
				 enum pfnmap_level level)
{
	__u64 at;

	EXPECT_EQ(SIGSEGV, try_read(va + gone));
	check_nothing(va + gone);
	for_each_block(at) {
		if (at == gone)
			continue;
		read_block(va + at, at);
		check_entry(va + at, level, at, true);
	}
	if (map.block > PAGE_SIZE)
		EXPECT_EQ(word(gone + map.block - 8), bar_read(va + gone + map.block - 8));
}

/*
 * As anywhere else; a CPU without such addresses gets one below. With HIGH_ADDRESSES set it must
 * have them.
 */
TEST_F(huge, hint_above_48_bits)
{
	char *hint = (char *)pfnmap_pick(variant->level, map.source.phys, map.size) + HIGH;
	const bool high = takes(hint);
	enum pfnmap_level level;
	pid_t pid;
	char *va = mmap(hint, map.size, RW, MAP_SHARED, map.source.file, map.source.offset);

	ASSERT_NE(MAP_FAILED, va);
	TH_LOG("the CPU has%s such addresses: %p", high ? "" : " no", va);
	EXPECT_TRUE(high || !getenv("HIGH_ADDRESSES"));
	EXPECT_EQ(high, va == hint);
	level = level_at(va);
	if (high)
		EXPECT_EQ(map.level, level);
	check_all_at(va, level);
	pid = fork();
	if (!pid) {
		check_all_at(va, level);
		bar_write(va, ~word(0));
		_exit(0);
	}
	EXPECT_TRUE(child_was_right(pid));
	EXPECT_EQ(~word(0), bar_read(va));
	bar_write(va, word(0));
	check_all_at(va, level);
	ASSERT_EQ(0, munmap(va + MIDDLE, PAGE_SIZE));
	check_all_but_a_page(_metadata, va, MIDDLE, level);
	ASSERT_EQ(0, munmap(va, map.size));
	check_nothing(va + LAST);
}

/* A BAR of vfio-pci whose device may save power */

FIXTURE(asleep)
{
};

VARIANT_OF_KIND(asleep);
ALL_VARIANTS(asleep, vfio);

FIXTURE_SETUP(asleep)
{
	const char *why_not = mapping_open(variant->kind, variant->level);

	if (why_not)
		SKIP(return, "%s", why_not);
}

FIXTURE_TEARDOWN(asleep)
{
	mapping_close();
}

TEST_F(asleep, maps_nothing)
{
	__u64 at;

	touch_blocks(map.va);
	ASSERT_EQ(0, bar_sleep(&map.source.bar));
	for_each_block(at) {
		check_nothing(map.va + at);
		EXPECT_EQ(SIGBUS, try_read(map.va + at));
		EXPECT_EQ(SIGBUS, try_write(map.va + at, 0));
		check_nothing(map.va + at);
	}
	ASSERT_EQ(0, bar_wake_up(&map.source.bar));
	map_blocks();
	check_blocks();
}

/* Scripts that turn the debug messages of BAR faults on look for this record. */
TEST(dynamic_debug_record)
{
	const char *control = "/sys/kernel/debug/dynamic_debug/control";
	const char *format = "\"%s(,order = %d) BAR %ld page offset 0x%lx: 0x%x\\n\"";
	FILE *file = fopen(control, "r");
	char line[512];
	int found = 0;

	if (!file)
		SKIP(return, "no %s in this kernel", control);
	while (fgets(line, sizeof(line), file))
		found += strstr(line, "vfio/pci/vfio_pci_core.c:") &&
			 strstr(line, "]vfio_pci_mmap_huge_fault =") && strstr(line, format);
	fclose(file);
	EXPECT_EQ(1, found);
}

TEST_HARNESS_MAIN

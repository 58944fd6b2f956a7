// SPDX-License-Identifier: GPL-2.0
/*
 * What splitting makes of a huge entry, each entry of it and each table; and what it must leave.
 */
#define _GNU_SOURCE
#include "huge_pfnmap_in_place.h"

/* Every entry */

struct census {
	long count[PFNMAP_PUD + 1];	/* of entries in the block around the part, by level */
	long kb;			/* of tables that the operation has made */
};

/* Looks at each entry of the block around @at. */
static struct census count_entries(struct __test_metadata *_metadata, struct cut *cut, __u64 at)
{
	const __u64 size = pfnmap_size(cut->self->level), end = round_down_to(at, size) + size;
	struct test_pfnmap_follow f;
	struct census census = {};

	for (at = round_down_to(at, size); at < end; at += -f.addr_mask) {
		if (pfnmap_follow(cut->self->follow, cut->arena + at, 1, &f)) {
			f.addr_mask = -PFNMAP_4K;
			continue;
		}
		ASSERT_EQ((cut->self->source.phys + bar_offset(cut, at)) / PFNMAP_4K, f.pfn)
			IN_CASE(cut, at);
		ASSERT_EQ(0, at & ~f.addr_mask)
			IN_CASE(cut, at);
		census.count[f.addr_mask == -PFNMAP_4K ? PFNMAP_PTE :
			     f.addr_mask == -PFNMAP_2M ? PFNMAP_PMD : PFNMAP_PUD]++;
	}
	return census;
}

static struct census take_census(struct __test_metadata *_metadata, split_t *self,
				 const struct operation *op, const struct grain *grain)
{
	static struct cut cut;
	struct census census = {};
	long kb;

	cut = (struct cut) { .self = self, .op = op, .grain = grain };
	prepare(_metadata, &cut, 0);
	kb = table_kb();
	operate(_metadata, &cut);
	kb = table_kb() - kb;
	if (self->looks)
		census = count_entries(_metadata, &cut, cut.part.start);
	census.kb = kb;
	cut_close(_metadata, &cut);
	return census;
}

static void check_census(struct __test_metadata *_metadata, split_t *self,
			 const struct operation *op, const struct grain *grain,
			 struct census expected)
{
	struct census census = take_census(_metadata, self, op, grain);

	EXPECT_EQ(expected.kb, census.kb)
		TH_LOG("%s: %s", op->name, grain->name);
	if (!self->looks)
		return;
	EXPECT_EQ(expected.count[PFNMAP_PTE], census.count[PFNMAP_PTE])
		TH_LOG("%s: %s", op->name, grain->name);
	EXPECT_EQ(expected.count[PFNMAP_PMD], census.count[PFNMAP_PMD])
		TH_LOG("%s: %s", op->name, grain->name);
	EXPECT_EQ(expected.count[PFNMAP_PUD], census.count[PFNMAP_PUD])
		TH_LOG("%s: %s", op->name, grain->name);
}

static const struct grain a_page = { "a page", { GIB + MIB(513), GIB + MIB(513) + KIB(4) }, false };
static const struct grain two_mib = { "2 MiB", { GIB + MIB(512), GIB + MIB(514) }, false };
static const struct grain two_halves = {
	"unaligned 2 MiB", { GIB + MIB(513), GIB + MIB(515) }, false
};

/* One page of a block costs a table a level; of a page there is nothing to split. */
TEST_F(split, a_page_in_place)
{
	const struct census kept[] = {
		{ { 1, 0, 0 }, 0 }, { { 512, 0, 0 }, 4 }, { { 512, 511, 0 }, 8 },
	};
	const struct census left[] = {
		{ { 0, 0, 0 }, 0 }, { { 511, 0, 0 }, 4 }, { { 511, 511, 0 }, 8 },
	};

	check_census(_metadata, self, &mprotect_read, &a_page, kept[self->level]);
	check_census(_metadata, self, &mprotect_none, &a_page, kept[self->level]);
	check_census(_metadata, self, &madvise_random, &a_page, kept[self->level]);
	check_census(_metadata, self, &munmap_part, &a_page, left[self->level]);
}

/* 2 MiB of 1 GiB need no PTEs; of two blocks of 2 MiB each becomes PTEs. */
TEST_F(split, two_mib_in_place)
{
	const struct grain *grain = self->level == PFNMAP_PUD ? &two_mib : &two_halves;
	const struct census kept[] = {
		{ { 1, 0, 0 }, 0 }, { { 512, 0, 0 }, 8 }, { { 0, 512, 0 }, 4 },
	};
	const struct census left[] = {
		{ { 0, 0, 0 }, 0 }, { { 256, 0, 0 }, 8 }, { { 0, 511, 0 }, 4 },
	};

	check_census(_metadata, self, &mprotect_read, grain, kept[self->level]);
	check_census(_metadata, self, &mprotect_none, grain, kept[self->level]);
	check_census(_metadata, self, &madvise_random, grain, kept[self->level]);
	check_census(_metadata, self, &munmap_part, grain, left[self->level]);
}

/* More cuts */

/* Cuts out a page; returns how many kB of tables that has cost. */
static long cost_of_cut(struct __test_metadata *_metadata, struct cut *cut, __u64 at)
{
	long kb = table_kb();

	ASSERT_EQ(0, mprotect(cut->arena + at, PFNMAP_4K, PROT_READ));
	return table_kb() - kb;
}

/* Tables that are there serve the next cut. */
TEST_F(split, more_cuts_in_place)
{
	const long costs[][4] = { { 0, 0, 0, 0 }, { 4, 0, 4, 0 }, { 8, 0, 4, 0 } };
	const long *cost = costs[self->level];
	static struct cut cut;
	__u64 at = two_mib.part.start;

	cut = (struct cut) { .self = self, .op = &mprotect_read, .grain = &two_mib };
	prepare(_metadata, &cut, 0);
	EXPECT_EQ(cost[0], cost_of_cut(_metadata, &cut, at));
	EXPECT_EQ(cost[1], cost_of_cut(_metadata, &cut, at + KIB(8)));
	EXPECT_EQ(cost[2], cost_of_cut(_metadata, &cut, at + MIB(2)));
	EXPECT_EQ(cost[3], cost_of_cut(_metadata, &cut, at + MIB(2) + KIB(8)));
	cut_close(_metadata, &cut);
	EXPECT_EQ(self->kb, table_kb());
}

/* What is split is dropped as what is not, and comes back where there is somebody to bring it. */
TEST_F(split, zap_after_split)
{
	const struct grain *grain;
	static struct cut cut;
	__u64 at;
	int i;

	for_each_grain(grain, &madvise_random, self) {
		cut = (struct cut) { .self = self, .op = &madvise_random, .grain = grain };
		prepare(_metadata, &cut, 0);
		operate(_metadata, &cut);
		ASSERT_EQ(0, self->source.kind->zap(&self->source));
		for_each_spot(i, at, &cut)
			check_access(_metadata, &cut, at, DROPPED);
		cut_close(_metadata, &cut);
	}
	EXPECT_EQ(self->kb, table_kb());
}

/* All of a block */

OPERATION(move_a_block_by_4k, .run = run_move, .inside = MOVED, .shift = MOVED_TO + KIB(4));

static void move_a_block(struct __test_metadata *_metadata, split_t *self, bool in_place)
{
	static struct cut cut;

	cut = (struct cut) { .self = self, .op = &move_a_block_by_4k, .grain = ALL_OF_A_BLOCK };
	prepare(_metadata, &cut, 0);
	if (in_place) {
		check_case_in_place(_metadata, &cut, NULL);
	} else {
		operate(_metadata, &cut);
		check_pages(_metadata, &cut);
	}
	cut_close(_metadata, &cut);
	EXPECT_EQ(self->kb, table_kb());
}

TEST_F(split, move_a_block_by_4k)
{
	move_a_block(_metadata, self, false);
}

TEST_F(split, move_a_block_by_4k_in_place)
{
	move_a_block(_metadata, self, true);
}

/* What cuts nothing */

static void check_uncut(struct __test_metadata *_metadata, struct cut *cut, const __u64 *bits,
			long kb)
{
	__u64 at;
	int i;

	EXPECT_EQ(kb, table_kb());
	for_each_spot(i, at, cut)
		if (cut->self->looks)
			check_entry(_metadata, cut, at, at, cut->self->level, bits[i]);
	EXPECT_EQ(0, settle(cut));
}

/* Expects run() to end in @error, and no entry or table to be other than before. */
static void check_cuts_nothing(struct __test_metadata *_metadata, split_t *self,
			       const struct operation *op, int error)
{
	const struct grain *grain;
	static struct cut cut;
	__u64 bits[SPOTS], at;
	long kb;
	int i;

	for_each_grain(grain, op, self) {
		cut = (struct cut) { .self = self, .op = op, .grain = grain };
		prepare(_metadata, &cut, 0);
		settle(&cut);
		for_each_spot(i, at, &cut)
			bits[i] = self->looks ? bits_at(_metadata, &cut, at) : 0;
		kb = table_kb();
		ASSERT_EQ(error, op->run(&cut))
			IN_CASE(&cut, cut.part.start);
		check_uncut(_metadata, &cut, bits, kb);
		cut_close(_metadata, &cut);
	}
}

static int run_dontunmap(struct cut *cut)
{
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
	void *to = part_at(cut) + cut->op->shift;

	return mremap(part_at(cut), part_size(cut), part_size(cut), flags, to) == to ? 0 : -errno;
}

OPERATION(mremap_dontunmap, .run = run_dontunmap, .shift = MOVED_TO);
OPERATION(mremap_dontunmap_of_mixedmap, .run = run_dontunmap, .inside = WRITABLE,
	  .shift = MOVED_TO);

/* Where a vma may have pages the kernel moves them, and the device brings both back. */
TEST_F(split, mremap_dontunmap)
{
	if (self->looks)
		check_cuts_nothing(_metadata, self, &mremap_dontunmap, -EINVAL);
	else
		check_operation(_metadata, self, &mremap_dontunmap_of_mixedmap);
}

/* Advice that the vma has taken before, or that it does not keep. */
TEST_F(split, madvise_without_effect)
{
	MADVISE(willneed, MADV_WILLNEED);
	MADVISE(normal, MADV_NORMAL);
	MADVISE(dontneed, MADV_DONTNEED);

	check_cuts_nothing(_metadata, self, &madvise_willneed, 0);
	check_cuts_nothing(_metadata, self, &madvise_normal, 0);
	/* Of a vma that may have pages this one drops, and that one marks, the part. */
	if (!self->looks)
		return;
	check_cuts_nothing(_metadata, self, &madvise_dontneed, -EINVAL);
	check_cuts_nothing(_metadata, self, &madvise_dontdump, 0);
}

TEST_HARNESS_MAIN

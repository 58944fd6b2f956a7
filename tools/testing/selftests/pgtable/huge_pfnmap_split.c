// SPDX-License-Identifier: GPL-2.0
/*
 * What a split makes of a huge entry, every entry and every table; and calls that split nothing.
 */
#define _GNU_SOURCE
#include "lib/check.h"
#include "lib/in_place.h"
#include "lib/lookup.h"
#include "lib/operation.h"
#include "lib/proc.h"
#include "lib/split.h"

ALL_VARIANTS(split, vfio);

/* Every entry */

struct census {
	long count[PFNMAP_PUD + 1];	/* of entries in the block around the part, by level */
	long kb;			/* of tables that the operation has made */
};

/* Looks at each entry of the block around @at. */
static struct census count_entries(struct cut *cut, __u64 at)
{
	const __u64 size = pfnmap_size(split.level), end = round_down_to(at, size) + size;
	struct test_pfnmap_follow f;
	struct census census = {};

	for (at = round_down_to(at, size); at < end; at += -f.addr_mask) {
		if (pfnmap_follow(split.follow, cut->arena + at, 1, &f)) {
			f.addr_mask = -PAGE_SIZE;
			continue;
		}
		CHECK_CASE(cut, at, (split.source.phys + bar_offset(cut, at)) / PAGE_SIZE, f.pfn);
		CHECK_CASE(cut, at, 0, at & ~f.addr_mask);
		census.count[f.addr_mask == -PAGE_SIZE ? PFNMAP_PTE :
			     f.addr_mask == -PMD_SIZE ? PFNMAP_PMD : PFNMAP_PUD]++;
	}
	return census;
}

static struct census take_census(const struct operation *op, const struct grain *grain)
{
	static struct cut cut;
	struct census census = {};
	long kb;

	cut = (struct cut) { .op = op, .grain = grain };
	cut_prepare(&cut, 0);
	kb = own_tables_kb();
	cut_operate(&cut);
	kb = own_tables_kb() - kb;
	if (split.looks)
		census = count_entries(&cut, cut.part.start);
	census.kb = kb;
	cut_close(&cut);
	return census;
}

static void check_census(const struct operation *op, const struct grain *grain,
			 struct census expected)
{
	struct census census = take_census(op, grain);
	enum pfnmap_level level;

	CHECK_EQ(expected.kb, census.kb, "%s: %s", op->name, grain->name);
	for (level = PFNMAP_PTE; split.looks && level <= PFNMAP_PUD; level++)
		CHECK_EQ(expected.count[level], census.count[level], "%s: %s, level %d", op->name,
			 grain->name, level);
}

static const struct grain a_page = { "a page", { 1, 2, 1 }, { 1, 2, 1, 1 } };
static const struct grain a_pmd = { "a PMD", { 1, 0 }, { 1, 0, 2 } };
static const struct grain two_halves = { "unaligned PMD", { 1, 0, 1 }, { 1, 0, 3 } };

/* One page of a block costs a table a level; of a page there is nothing to split. */
TEST_F(split, a_page_in_place)
{
	const long pages = PAGES_OF_PMD, kb = table_kb();
	const struct census kept[] = {
		{ { 1, 0, 0 }, 0 }, { { pages, 0, 0 }, kb }, { { pages, 511, 0 }, 2 * kb },
	};
	const struct census left[] = {
		{ { 0, 0, 0 }, 0 }, { { pages - 1, 0, 0 }, kb }, { { pages - 1, 511, 0 }, 2 * kb },
	};

	check_census(&mprotect_read, &a_page, kept[split.level]);
	check_census(&mprotect_none, &a_page, kept[split.level]);
	check_census(&madvise_random, &a_page, kept[split.level]);
	check_census(&munmap_part, &a_page, left[split.level]);
}

/* A PMD of 1 GiB needs no PTEs; of two PMDs each becomes PTEs. */
TEST_F(split, a_pmd_in_place)
{
	const struct grain *grain = split.level == PFNMAP_PUD ? &a_pmd : &two_halves;
	const long pages = PAGES_OF_PMD, kb = table_kb();
	const struct census kept[] = {
		{ { 1, 0, 0 }, 0 }, { { pages, 0, 0 }, 2 * kb }, { { 0, 512, 0 }, kb },
	};
	const struct census left[] = {
		{ { 0, 0, 0 }, 0 }, { { pages / 2, 0, 0 }, 2 * kb }, { { 0, 511, 0 }, kb },
	};

	check_census(&mprotect_read, grain, kept[split.level]);
	check_census(&mprotect_none, grain, kept[split.level]);
	check_census(&madvise_random, grain, kept[split.level]);
	check_census(&munmap_part, grain, left[split.level]);
}

/* More cuts */

/* Cuts out a page; returns how many kB of tables that has cost. */
static long cost_of_cut(struct cut *cut, __u64 at)
{
	long kb = own_tables_kb();

	CHECK_EQ(0, mprotect(cut->arena + at, PAGE_SIZE, PROT_READ), "errno %d", errno);
	return own_tables_kb() - kb;
}

/* The next cut uses the tables of the last one. */
TEST_F(split, more_cuts_in_place)
{
	const long kb = table_kb();
	const long costs[][4] = { { 0, 0, 0, 0 }, { kb, 0, kb, 0 }, { 2 * kb, 0, kb, 0 } };
	const long *cost = costs[split.level];
	static struct cut cut;
	__u64 at = range_of(&a_pmd).start;

	cut = (struct cut) { .op = &mprotect_read, .grain = &a_pmd };
	cut_prepare(&cut, 0);
	EXPECT_EQ(cost[0], cost_of_cut(&cut, at));
	EXPECT_EQ(cost[1], cost_of_cut(&cut, at + 2 * PAGE_SIZE));
	EXPECT_EQ(cost[2], cost_of_cut(&cut, at + PMD_SIZE));
	EXPECT_EQ(cost[3], cost_of_cut(&cut, at + PMD_SIZE + 2 * PAGE_SIZE));
	cut_close(&cut);
	EXPECT_EQ(split.kb, own_tables_kb());
}

/* A zap drops a block that was split like one that was not, and faults bring it back. */
TEST_F(split, zap_after_split)
{
	const struct grain *grain;
	static struct cut cut;
	__u64 at;
	int i;

	for_each_grain(grain, &madvise_random) {
		cut = (struct cut) { .op = &madvise_random, .grain = grain };
		cut_prepare(&cut, 0);
		cut_operate(&cut);
		ASSERT_EQ(0, source_zap(&split.source));
		for_each_spot(i, at, &cut)
			check_access(&cut, at, DROPPED);
		cut_close(&cut);
	}
	EXPECT_EQ(split.kb, own_tables_kb());
}

/* All of a block */

static OPERATION(move_a_block_by_page, .run = run_move, .inside = MOVED,
		 .shift = { MOVED_TO, .pages = 1 });

static void move_a_block(bool in_place)
{
	static struct cut cut;

	cut = (struct cut) { .op = &move_a_block_by_page, .grain = ALL_OF_A_BLOCK };
	cut_prepare(&cut, 0);
	if (in_place) {
		check_case_in_place(&cut, NULL);
	} else {
		cut_operate(&cut);
		check_pages(&cut);
	}
	cut_close(&cut);
	CHECK_EQ(split.kb, own_tables_kb(), "kB of tables");
}

TEST_F(split, move_a_block_by_4k)
{
	move_a_block(false);
}

TEST_F(split, move_a_block_by_4k_in_place)
{
	move_a_block(true);
}

/* What cuts nothing */

static void check_uncut(struct cut *cut, const __u64 *bits, long kb)
{
	__u64 at;
	int i;

	CHECK_EQ(kb, own_tables_kb(), "kB of tables");
	for_each_spot(i, at, cut)
		if (split.looks)
			check_cut_entry(cut, at, at, split.level, bits[i]);
	CHECK_EQ(0, cut_settle(cut), "faults");
}

/* Expects run() to end in @error, and no entry or table to be other than before. */
static void check_cuts_nothing(const struct operation *op, int error)
{
	const struct grain *grain;
	static struct cut cut;
	__u64 bits[SPOTS], at;
	long kb;
	int i;

	for_each_grain(grain, op) {
		cut = (struct cut) { .op = op, .grain = grain };
		cut_prepare(&cut, 0);
		cut_settle(&cut);
		for_each_spot(i, at, &cut)
			bits[i] = split.looks ? cut_bits_at(&cut, at) : 0;
		kb = own_tables_kb();
		CHECK_CASE(&cut, cut.part.start, error, op->run(&cut));
		check_uncut(&cut, bits, kb);
		cut_close(&cut);
	}
}

static int run_dontunmap(struct cut *cut)
{
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
	void *to = part_at(cut) + shift_of(cut);

	return mremap(part_at(cut), part_size(cut), part_size(cut), flags, to) == to ? 0 : -errno;
}

static OPERATION(mremap_dontunmap, .run = run_dontunmap, .shift = { MOVED_TO });
static OPERATION(mremap_dontunmap_of_mixedmap, .run = run_dontunmap, .inside = WRITABLE,
		 .shift = { MOVED_TO });

/* A vma that may have pages can be moved, and faults bring back both. */
TEST_F(split, mremap_dontunmap)
{
	if (split.looks)
		check_cuts_nothing(&mremap_dontunmap, -EINVAL);
	else
		check_operation(&mremap_dontunmap_of_mixedmap);
}

/* Advice that changes no flag of the vma. */
TEST_F(split, madvise_without_effect)
{
	static MADVISE(willneed, MADV_WILLNEED);
	static MADVISE(normal, MADV_NORMAL);
	static MADVISE(dontneed, MADV_DONTNEED);

	check_cuts_nothing(&madvise_willneed, 0);
	check_cuts_nothing(&madvise_normal, 0);
	/* In a vma that may have pages they drop the part, and mark it. */
	if (!split.looks)
		return;
	check_cuts_nothing(&madvise_dontneed, -EINVAL);
	check_cuts_nothing(&madvise_dontdump, 0);
}

SPLIT_HARNESS_MAIN

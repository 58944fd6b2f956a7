// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of a mapping of frames that a child of fork() treats otherwise than its parent, or the
 * parent otherwise than the child: what one does to its entries is not done to the other's.
 */
#define _GNU_SOURCE
#include "huge_pfnmap_family.h"

/* As the one who only looks on has found them. */
static __u64 bits[ACTORS * GRAINS][SPOTS];

/* Contents and protection */

static void act_on_pages(struct __test_metadata *_metadata, struct cut *cut)
{
	operate(_metadata, cut);
	check_pages(_metadata, cut);
}

static void settle_pages(struct __test_metadata *_metadata, struct cut *cut)
{
	settle(cut);
}

static const struct roles pages = {
	.act = act_on_pages,
	.remember = settle_pages,
	.look = check_all_writable,
};

/* Entries, tables and faults */

static void act_in_place(struct __test_metadata *_metadata, struct cut *cut)
{
	const __u64 block = cut->self->looks && changes_bits(cut->op) ?
			    bits_of_block(_metadata, cut->self, cut->op) : 0;

	check_case_in_place(_metadata, cut, block ? &block : NULL);
}

static void remember_entries(struct __test_metadata *_metadata, struct cut *cut)
{
	__u64 at;
	int i;

	settle(cut);
	for_each_spot(i, at, cut)
		bits[cut - cuts[CHILD]][i] = cut->self->looks ? bits_at(_metadata, cut, at) : 0;
}

static void same_entries(struct __test_metadata *_metadata, struct cut *cut)
{
	const enum pfnmap_level level = cut->self->level;
	__u64 at;
	int i;

	for_each_spot(i, at, cut)
		if (cut->self->looks)
			check_entry(_metadata, cut, at, at, level, bits[cut - cuts[CHILD]][i]);
	write_own_pages();
	ASSERT_EQ(0, settle(cut))
		IN_CASE(cut, cut->part.start);
}

static const struct roles entries = {
	.act = act_in_place,
	.remember = remember_entries,
	.look = same_entries,
};

/* Some of each kind: what they differ in is the vma's. */
OPERATIONS(protects, &mprotect_read, &mprotect_none);
OPERATIONS(moves, &mremap_move, &mremap_move_by_2m);
OPERATIONS(unmaps, &munmap_part, &mremap_shrink);
OPERATIONS(maps_over, &mmap_over_by_bar, &mmap_over_by_memory);
OPERATIONS(advises, &madvise_random, &madvise_dontfork);

TEST_F(split, mprotect)
{
	check_family(_metadata, self, protects, &pages);
}

TEST_F(split, mprotect_in_place)
{
	check_family(_metadata, self, protects, &entries);
}

TEST_F(split, munmap)
{
	check_family(_metadata, self, unmaps, &pages);
}

TEST_F(split, munmap_in_place)
{
	check_family(_metadata, self, unmaps, &entries);
}

TEST_F(split, mremap)
{
	check_family(_metadata, self, moves, &pages);
}

TEST_F(split, mremap_in_place)
{
	check_family(_metadata, self, moves, &entries);
}

TEST_F(split, mmap_over)
{
	check_family(_metadata, self, maps_over, &pages);
}

TEST_F(split, mmap_over_in_place)
{
	check_family(_metadata, self, maps_over, &entries);
}

TEST_F(split, madvise)
{
	check_family(_metadata, self, advises, &pages);
}

TEST_F(split, madvise_in_place)
{
	check_family(_metadata, self, advises, &entries);
}

/* What fork() leaves out */

OPERATION(left_out, .inside = GONE);

static void check_child(struct __test_metadata *_metadata, const struct cut *whole,
			const struct roles *roles)
{
	struct cut cut = *whole;

	cut.op = &left_out;
	roles->look(_metadata, &cut);
}

static void check_left_out(struct __test_metadata *_metadata, split_t *self,
			   const struct roles *roles)
{
	struct cut *cut;
	pid_t pid;

	open_cases(_metadata, self, &madvise_dontfork);
	for_each_case(cut, CHILD)
		operate(_metadata, cut);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		for_each_case(cut, CHILD)
			check_child(_metadata, cut, roles);
		_exit(0);
	}
	join(_metadata, pid);
	for_each_case(cut, CHILD)
		check_all_writable(_metadata, cut);
	close_cases(_metadata);
}

TEST_F(split, left_out)
{
	const struct roles roles = { .look = check_pages };

	check_left_out(_metadata, self, &roles);
}

TEST_F(split, left_out_in_place)
{
	const struct roles roles = { .look = check_rest_in_place };

	check_left_out(_metadata, self, &roles);
}

TEST_HARNESS_MAIN

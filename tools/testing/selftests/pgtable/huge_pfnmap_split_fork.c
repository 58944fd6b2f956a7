// SPDX-License-Identifier: GPL-2.0
/*
 * A child of fork() changes a part of a block, or its parent does: the entries of the other process
 * stay as they are.
 */
#define _GNU_SOURCE
#include <sys/socket.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/child.h"
#include "lib/in_place.h"
#include "lib/operation.h"
#include "lib/proc.h"
#include "lib/split.h"

ALL_VARIANTS(split, vfio);

/* What both processes have at first, each case in an arena of its own */

enum actor {
	CHILD,
	PARENT,
	ACTORS,
};

static struct cut cuts[ACTORS][GRAINS];
static int cases;

#define for_each_case(cut, actor) \
	for (cut = cuts[actor]; cut < cuts[actor] + cases; cut++)

static void open_case(const struct operation *op, const struct grain *grain)
{
	int actor;

	for (actor = CHILD; actor < ACTORS; actor++) {
		cuts[actor][cases] = (struct cut) { .op = op, .grain = grain };
		cut_prepare(&cuts[actor][cases], ACTORS * cases + actor);
	}
	cases++;
}

static void open_cases(const struct operation *op)
{
	const struct grain *grain;

	cases = 0;
	for_each_grain(grain, op)
		if (grain->chosen)
			open_case(op, grain);
}

static void close_cases(void)
{
	CHECK_EQ(0, munmap(ARENAS, ACTORS * cases * ARENA_SIZE), "errno %d", errno);
}

/* What the two processes do */

struct roles {
	void (*act)(struct cut *cut);
	void (*remember)(struct cut *cut);
	void (*look)(struct cut *cut);
};

static void act(const struct roles *roles, enum actor actor)
{
	struct cut *cut;

	for_each_case(cut, actor)
		roles->act(cut);
}

static void remember(const struct roles *roles, enum actor actor)
{
	struct cut *cut;

	for_each_case(cut, actor)
		roles->remember(cut);
}

/* @kb of tables there were before the other process acted. */
static void look(const struct roles *roles, enum actor actor, long kb)
{
	struct cut *cut;

	CHECK_EQ(kb, own_tables_kb(), "kB of tables");
	for_each_case(cut, actor)
		roles->look(cut);
}

/* Wakes up the other process, if it still runs. */
static void wake(int fd)
{
	char byte = 0;

	if (send(fd, &byte, 1, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		abort();
}

/* Waits for that, or for the end of the other process. */
static void await(int fd)
{
	char byte;

	if (read(fd, &byte, 1) < 0)
		abort();
}

static void be_child(const struct roles *roles, int fd)
{
	long kb;

	remember(roles, PARENT);
	act(roles, CHILD);
	kb = own_tables_kb();
	wake(fd);
	await(fd);
	look(roles, PARENT, kb);
	_exit(0);
}

/* First the child acts and its parent looks, then the other way round. */
static void both_ways(const struct roles *roles)
{
	int ends[2];
	pid_t pid;
	long kb;

	CHECK_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "errno %d", errno);
	remember(roles, CHILD);
	kb = own_tables_kb();
	pid = fork();
	CHECK(pid >= 0, "fork(): errno %d", errno);
	close(ends[!pid]);
	if (!pid)
		be_child(roles, ends[0]);
	await(ends[1]);
	look(roles, CHILD, kb);
	act(roles, PARENT);
	wake(ends[1]);
	CHECK_EQ(0, child_status(pid), "of the child");
	close(ends[1]);
}

static void check_family(const struct operation *const *list, const struct roles *roles)
{
	for_each_operation(op, list) {
		open_cases(op);
		both_ways(roles);
		close_cases();
	}
}

/* As the process that only looks on has found them. */
static __u64 bits[ACTORS * GRAINS][SPOTS];

/* Contents and protection */

static void act_on_pages(struct cut *cut)
{
	cut_operate(cut);
	check_pages(cut);
}

static void settle_pages(struct cut *cut)
{
	cut_settle(cut);
}

static const struct roles pages = {
	.act = act_on_pages,
	.remember = settle_pages,
	.look = check_all_writable,
};

/* Entries, tables and faults */

static void act_in_place(struct cut *cut)
{
	const __u64 block = split.looks && changes_bits(cut->op) ?
			    bits_of_block(cut->op) : 0;

	check_case_in_place(cut, block ? &block : NULL);
}

static void remember_entries(struct cut *cut)
{
	__u64 at;
	int i;

	cut_settle(cut);
	for_each_spot(i, at, cut)
		bits[cut - cuts[CHILD]][i] = split.looks ? cut_bits_at(cut, at) : 0;
}

static void same_entries(struct cut *cut)
{
	const enum pfnmap_level level = split.level;
	__u64 at;
	int i;

	for_each_spot(i, at, cut)
		if (split.looks)
			check_cut_entry(cut, at, at, level, bits[cut - cuts[CHILD]][i]);
	write_own_pages();
	CHECK_CASE(cut, cut->part.start, 0, cut_settle(cut));
}

static const struct roles entries = {
	.act = act_in_place,
	.remember = remember_entries,
	.look = same_entries,
};

/* Some of each kind: the others differ in the vma alone. */
static OPERATIONS(protects, &mprotect_read, &mprotect_none);
static OPERATIONS(moves, &mremap_move, &mremap_move_by_pmd);
static OPERATIONS(unmaps, &munmap_part, &mremap_shrink);
static OPERATIONS(maps_over, &mmap_over_by_bar, &mmap_over_by_memory);
static OPERATIONS(advises, &madvise_random, &madvise_dontfork);

TEST_F(split, mprotect)
{
	check_family(protects, &pages);
}

TEST_F(split, mprotect_in_place)
{
	check_family(protects, &entries);
}

TEST_F(split, munmap)
{
	check_family(unmaps, &pages);
}

TEST_F(split, munmap_in_place)
{
	check_family(unmaps, &entries);
}

TEST_F(split, mremap)
{
	check_family(moves, &pages);
}

TEST_F(split, mremap_in_place)
{
	check_family(moves, &entries);
}

TEST_F(split, mmap_over)
{
	check_family(maps_over, &pages);
}

TEST_F(split, mmap_over_in_place)
{
	check_family(maps_over, &entries);
}

TEST_F(split, madvise)
{
	check_family(advises, &pages);
}

TEST_F(split, madvise_in_place)
{
	check_family(advises, &entries);
}

/* What fork() leaves out */

static OPERATION(left_out, .inside = GONE);

static void check_child(const struct cut *whole, const struct roles *roles)
{
	struct cut cut = *whole;

	cut.op = &left_out;
	roles->look(&cut);
}

static void check_left_out(const struct roles *roles)
{
	struct cut *cut;
	pid_t pid;

	open_cases(&madvise_dontfork);
	for_each_case(cut, CHILD)
		cut_operate(cut);
	pid = fork();
	CHECK(pid >= 0, "fork(): errno %d", errno);
	if (!pid) {
		for_each_case(cut, CHILD)
			check_child(cut, roles);
		_exit(0);
	}
	CHECK_EQ(0, child_status(pid), "of the child");
	for_each_case(cut, CHILD)
		check_all_writable(cut);
	close_cases();
}

TEST_F(split, left_out)
{
	const struct roles roles = { .look = check_pages };

	check_left_out(&roles);
}

TEST_F(split, left_out_in_place)
{
	const struct roles roles = { .look = check_rest_in_place };

	check_left_out(&roles);
}

SPLIT_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * A driver unmaps a part of its BAR in every process: only that part is dropped, at each size of
 * entries.
 */
#define _GNU_SOURCE

#include <unistd.h>

#include "lib/check.h"
#include "lib/child.h"
#include "lib/in_place.h"
#include "lib/operation.h"
#include "lib/proc.h"
#include "lib/split.h"

TEST_F(split, zap_part)
{
	check_operation(&zap_part);
}

TEST_F(split, zap_part_in_place)
{
	check_operation_in_place(&zap_part);
}

/* Other mappings of the part */

static OPERATION(zapped_by_another, .inside = DROPPED);

typedef void (*other_fn)(struct cut *cut);

/* Zaps a part that two arenas of this process have mapped. */
static void zap_two(other_fn check)
{
	static struct cut cut, other;
	const struct grain *grain;

	for_each_grain(grain, &zap_part) {
		cut = (struct cut) { .op = &zap_part, .grain = grain };
		other = (struct cut) { .op = &zapped_by_another, .grain = grain };
		cut_prepare(&cut, 0);
		cut_prepare(&other, 1);
		cut_operate(&cut);
		check(&other);
		check_pages(&cut);
		cut_close(&cut);
		cut_close(&other);
	}
	CHECK_EQ(split.kb, own_tables_kb(), "kB of tables");
}

TEST_F(split, zap_of_two)
{
	zap_two(check_pages);
}

TEST_F(split, zap_of_two_in_place)
{
	zap_two(check_rest_in_place);
}

/* A child zaps what its parent has mapped, or the parent what its child has. */
static void zap_family(other_fn check)
{
	static struct cut cut;
	const struct grain *grain;
	pid_t pid;

	for_each_grain(grain, &zap_part) {
		if (!grain->chosen)
			continue;
		cut = (struct cut) { .op = &zap_part, .grain = grain };
		cut_prepare(&cut, 0);
		pid = fork();
		CHECK(pid >= 0, "fork(): errno %d", errno);
		if (!pid) {
			cut_operate(&cut);
			check(&cut);
			_exit(0);
		}
		CHECK_EQ(0, child_status(pid), "of the child");
		check(&cut);
		cut_close(&cut);
	}
}

TEST_F(split, zap_by_child)
{
	zap_family(check_pages);
}

TEST_F(split, zap_by_child_in_place)
{
	zap_family(check_rest_in_place);
}

/* The part begins where a read-only vma does. */
static void zap_after_cut(const struct grain *grain)
{
	static struct cut cut;
	__u64 at;
	int i;

	cut = (struct cut) { .op = &zap_part, .grain = grain };
	cut_prepare(&cut, 0);
	CHECK_CASE(&cut, cut.part.start, 0,
		   protect(&cut, (struct cut_range) { cut.part.start, cut.all.end }, PROT_READ));
	cut_operate(&cut);
	for_each_spot(i, at, &cut)
		if (split.filled && within(cut.part, at))
			check_refused(&cut, at, SIGBUS);
		else
			check_access(&cut, at, at < cut.part.start ? WRITABLE : READABLE);
	cut_close(&cut);
}

TEST_F(split, zap_across_vmas)
{
	const struct grain *grain;

	for_each_grain(grain, &zap_part)
		zap_after_cut(grain);
	EXPECT_EQ(split.kb, own_tables_kb());
}

TEST_HARNESS_MAIN

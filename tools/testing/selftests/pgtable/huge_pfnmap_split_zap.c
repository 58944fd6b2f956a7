// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that takes a part of its BAR away, from all who have mapped it: no more is dropped than
 * that part, in each process and at each size of entries.
 */
#define _GNU_SOURCE
#include <sys/wait.h>

/* vfio-pci takes all of a BAR away. */
#define ONLY_TEST_DEVICE
#include "huge_pfnmap_in_place.h"

TEST_F(split, zap_part)
{
	check_operation(_metadata, self, &zap_part);
}

TEST_F(split, zap_part_in_place)
{
	check_operation_in_place(_metadata, self, &zap_part);
}

/* Others who have mapped it */

OPERATION(zapped_by_another, .inside = DROPPED);

typedef void (*other_fn)(struct __test_metadata *_metadata, struct cut *cut);

/* Zaps a part that two arenas of this process have mapped. */
static void zap_two(struct __test_metadata *_metadata, split_t *self, other_fn check)
{
	static struct cut cut, other;
	const struct grain *grain;

	for_each_grain(grain, &zap_part, self) {
		cut = (struct cut) { .self = self, .op = &zap_part, .grain = grain };
		other = (struct cut) { .self = self, .op = &zapped_by_another, .grain = grain };
		prepare(_metadata, &cut, 0);
		prepare(_metadata, &other, 1);
		operate(_metadata, &cut);
		check(_metadata, &other);
		check_pages(_metadata, &cut);
		cut_close(_metadata, &cut);
		cut_close(_metadata, &other);
	}
	EXPECT_EQ(self->kb, table_kb());
}

TEST_F(split, zap_of_two)
{
	zap_two(_metadata, self, check_pages);
}

TEST_F(split, zap_of_two_in_place)
{
	zap_two(_metadata, self, check_rest_in_place);
}

/* A child zaps what its parent has mapped, or the parent what its child has. */
static void zap_family(struct __test_metadata *_metadata, split_t *self, other_fn check)
{
	static struct cut cut;
	const struct grain *grain;
	int status;
	pid_t pid;

	for_each_grain(grain, &zap_part, self) {
		if (!grain->chosen)
			continue;
		cut = (struct cut) { .self = self, .op = &zap_part, .grain = grain };
		prepare(_metadata, &cut, 0);
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			operate(_metadata, &cut);
			check(_metadata, &cut);
			_exit(0);
		}
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_EQ(0, status);
		check(_metadata, &cut);
		cut_close(_metadata, &cut);
	}
}

TEST_F(split, zap_by_child)
{
	zap_family(_metadata, self, check_pages);
}

TEST_F(split, zap_by_child_in_place)
{
	zap_family(_metadata, self, check_rest_in_place);
}

/* A part of a part: of one that is read-only, so that the border of two vmas lies in it. */
static void zap_after_cut(struct __test_metadata *_metadata, split_t *self,
			  const struct grain *grain)
{
	static struct cut cut;
	__u64 at;
	int i;

	cut = (struct cut) { .self = self, .op = &zap_part, .grain = grain };
	prepare(_metadata, &cut, 0);
	ASSERT_EQ(0, mprotect(cut.arena + cut.part.start, cut.all.end - cut.part.start,
			      PROT_READ));
	operate(_metadata, &cut);
	for_each_spot(i, at, &cut) {
		if (self->filled && within(cut.part, at)) {
			check_refused(_metadata, &cut, at, SIGBUS);
		} else {
			check_access(_metadata, &cut, at,
				     at < cut.part.start ? WRITABLE : READABLE);
		}
	}
	cut_close(_metadata, &cut);
}

TEST_F(split, zap_across_vmas)
{
	const struct grain *grain;

	for_each_grain(grain, &zap_part, self)
		zap_after_cut(_metadata, self, grain);
	EXPECT_EQ(self->kb, table_kb());
}

TEST_HARNESS_MAIN

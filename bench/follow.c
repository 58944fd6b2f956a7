// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups of a BAR mapping by the test device. follow-empty finds the table of its level, and no entry;
 * it has the system call and the lookup of the vma in it, which follow has not.
 */
#include "bar.h"
#include "lib/lookup.h"

#define PAIRS	1000

static int test_fd;

static __u64 follow(void)
{
	struct test_pfnmap_follow f;

	check("follow", pfnmap_follow(test_fd, va, PAIRS, &f));
	return f.ns * 10 / PAIRS;
}

/* Each a call of the device: a lookup that fails ends it. */
static __u64 follow_empty(void)
{
	struct test_pfnmap_follow f;
	__u64 start;
	int i;

	zap();
	start = now();
	for (i = 0; i < PAIRS; i++)
		check("something is mapped", pfnmap_follow(test_fd, va, 1, &f) == -EINVAL ? 0 : -EEXIST);
	return (now() - start) * 10 / PAIRS;
}

static const struct row rows[] = {
	{ "follow", follow, PFNMAP_PTE, MIB(2) },
	{ "follow", follow, PFNMAP_PMD, MIB(2) },
	{ "follow", follow, PFNMAP_PUD, PFNMAP_1G },
	{ "follow-empty", follow_empty, PFNMAP_PTE, MIB(2) },
	{ "follow-empty", follow_empty, PFNMAP_PMD, MIB(2) },
	{ "follow-empty", follow_empty, PFNMAP_PUD, PFNMAP_1G },
	{ }
};

int main(void)
{
	test_fd = pfnmap_follow_open();
	check("/dev/test_pfnmap (the kernel needs CONFIG_TEST_PFNMAP=y)", test_fd);
	bench(rows);
	return 0;
}

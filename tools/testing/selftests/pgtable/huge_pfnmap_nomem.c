// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on a PFN mapping, and fork() with one, while each allocation of a page fails in turn:
 * nothing is lost, and what failed works when it is tried again.
 *
 * The kernel's own fault injection does it: CONFIG_FAIL_PAGE_ALLOC, and /proc/self/fail-nth.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "lib/child.h"
#include "lib/fail.h"
#include "lib/huge.h"
#include "lib/need.h"

#define MOST	1000	/* allocations that one call may need */

static char *tried;	/* where fault_fails() mapped a block */

/* A new mapping has no tables yet. */
static bool fault_fails(struct __test_metadata *_metadata, int fd, int nth)
{
	char *va = source_map(&map.source, map.level, RW, 0, map.block);
	bool injected;
	__u64 value;

	ASSERT_NE(MAP_FAILED, va);
	tried = va;
	fail_nth(fd, nth);
	value = bar_read(va);
	injected = fail_end(fd);
	EXPECT_EQ(word(0), value);
	check_entry(va, map.level, 0, true);
	munmap(va, map.block);
	return injected;
}

static bool fork_fails(struct __test_metadata *_metadata, int fd, int nth)
{
	int error;
	bool injected;
	pid_t pid;

	fail_nth(fd, nth);
	pid = fork();
	error = errno;
	if (!pid)
		_exit(bar_read(map.va) != word(0));
	injected = fail_end(fd);
	EXPECT_TRUE(pid > 0 || (injected && error == ENOMEM));
	EXPECT_TRUE(pid < 0 || child_was_right(pid));
	check_block(0);
	check_block(MIDDLE);
	check_block(LAST);
	return injected;
}

static const char *lacks_failing(void)
{
	int fd = fail_open();
	const bool fails = fd >= 0 && fail_pages();

	close(fd);
	return fails ? NULL : "this kernel has no CONFIG_FAIL_PAGE_ALLOC";
}

/* Lets the first allocation fail, then the second, until there are no more; returns how many. */
static int fail_each(struct __test_metadata *_metadata,
		     bool (*call)(struct __test_metadata *, int, int))
{
	int fd = fail_open(), nth = 1;

	while (nth < MOST && call(_metadata, fd, nth))
		nth++;
	TH_LOG("%d allocations failed", nth - 1);
	EXPECT_GT(MOST, nth);
	close(fd);
	return nth - 1;
}

/* Whether entries of the level for both addresses lie in one table. */
static bool share_table(const char *a, const char *b)
{
	const __u64 size = pfnmap_size(map.level) * PAGES_OF_PMD;

	return (uintptr_t)a / size == (uintptr_t)b / size;
}

TEST_F(huge, fault_without_memory)
{
	int failed;

	NEED(lacks_failing());
	map_blocks();
	failed = fail_each(_metadata, fault_fails);
	/* A table for more than 1 GiB is there, unless the blocks lie beyond its end. */
	EXPECT_EQ(share_table(tried, map.va), failed == 0);
	check_blocks();
}

static int refused;	/* calls of populate_fails() that got -ENOMEM */

/*
 * The caller that populates a page gets -ENOMEM, or the page: the allocator itself can do without
 * some of its allocations. Pages only: gup takes no huge special entry.
 */
static bool populate_fails(struct __test_metadata *_metadata, int fd, int nth)
{
	char *va = source_map(&map.source, PFNMAP_PTE, RW, 0, PAGE_SIZE);
	bool injected;
	long before;
	int ret;

	ASSERT_NE(MAP_FAILED, va);
	fail_nth(fd, nth);
	ret = madvise(va, PAGE_SIZE, MADV_POPULATE_READ) ? -errno : 0;
	injected = fail_end(fd);
	EXPECT_TRUE(!ret || (injected && ret == -ENOMEM))
		TH_LOG("allocation %d: %d", nth, ret);
	refused += ret == -ENOMEM;
	before = pfnmap_faults();
	EXPECT_EQ(word(0), bar_read(va));
	EXPECT_EQ(ret ? 1 : 0, pfnmap_faults() - before);
	munmap(va, PAGE_SIZE);
	return injected;
}

TEST(populate_without_memory)
{
	const char *why_not = mapping_open(&mixedmap_kind, PFNMAP_PTE);

	if (why_not)
		SKIP(return, "%s", why_not);
	NEED(lacks_failing());
	EXPECT_LT(0, fail_each(_metadata, populate_fails));
	EXPECT_LT(0, refused);
	mapping_close();
}

TEST_F(huge, fork_without_memory)
{
	NEED(lacks_failing());
	map_blocks();
	/* The view by pages may have thousands of tables. */
	munmap(map.truth, map.size);
	EXPECT_LT(0, fail_each(_metadata, fork_fails));
}

TEST_HARNESS_MAIN

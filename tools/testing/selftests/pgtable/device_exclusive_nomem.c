// SPDX-License-Identifier: GPL-2.0
/*
 * The device takes pages, and a process with device-exclusive entries forks, while each allocation
 * fails in turn: no other page is affected, and all succeeds once there is memory again.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "lib/check.h"
#include "lib/child.h"
#include "lib/fail.h"
#include "lib/harness.h"
#include "lib/proc.h"
#include "lib/range.h"
#include "lib/swap.h"

FIXTURE_RANGE

#define PAGES	16
#define SIZE	(PAGES * PAGE_SIZE)
#define MAX_NTH	3000	/* allocations of one call, at most */
#define DENSE	64	/* of these each one fails */
#define STRIDE	13	/* of the others, mostly those of fork(), every so manyth */
#define LEAK_KB	(128 * table_kb())	/* less than one page for each failure */

/* Pages that need different allocations. */
struct kind {
	void (*map)(struct range *range);
	bool large;
};

static void map_none(struct range *range)
{
	range_use(range, PAGES_OF_PMD - PAGES / 2, PAGES);
	memset(range->counter, 0, sizeof(range->counter));
}

static void map_present(struct range *range)
{
	range_use_filled(range, PAGES_OF_PMD - PAGES / 2, PAGES);
}

static void map_swapped(struct range *range)
{
	map_present(range);
	CHECK(swap_out(range->fd, range->va, PAGES), "of %d pages", PAGES);
}

static void map_folio(struct range *range)
{
	range->va = map_large(range->fd);
	range->pages = PAGES;
	CHECK(range->va != MAP_FAILED, "no large folio");
	range_fill(range, 0, PAGES);
}

static const struct kind none = { map_none };
static const struct kind present = { map_present };
static const struct kind swapped = { map_swapped };
static const struct kind large = { map_folio, .large = true };

/* The device has added once to each page that it has taken. No page is locked. */
static void check_made(struct __test_metadata *_metadata, struct range *range, int made,
		       bool injected)
{
	int i, ret, count = 0;

	EXPECT_TRUE(made >= 0 || (injected && made == -ENOMEM))
		TH_LOG("returned %d", made);
	for (i = 0; i < PAGES && made >= 0; i++) {
		ret = range->results[i];
		EXPECT_TRUE(!ret || (injected && (ret == -ENOMEM || ret == -EFAULT)))
			TH_LOG("page %d: %d", i, ret);
		count += !ret;
		range->counter[i] += ret ? 0 : ADD;
	}
	EXPECT_EQ(made < 0 ? 0 : made, count);
	for (i = 0; i < PAGES; i++)
		EXPECT_FALSE(is_locked(range->fd, page_at(range->va, i)));
}

/* Not each time, as it drains all CPUs. */
static void check_now_and_then(struct __test_metadata *_metadata, struct range *range, int nth)
{
	if (nth % 16 == 0)
		range_check_released(range);
}

/* Takes pages, and the @nth allocation fails; returns whether there was one. */
static bool make_without(struct __test_metadata *_metadata, struct range *range,
			 const struct kind *kind, int fail, int nth)
{
	bool injected;
	int made;

	kind->map(range);
	fail_nth(fail, nth);
	made = take_pages(range->fd, range->va, PAGES, range->how, range->results);
	injected = fail_end(fail);
	check_made(_metadata, range, made, injected);
	range_take(range);
	range_check_counters(range);
	check_now_and_then(_metadata, range, nth);
	munmap(range->va, kind->large ? PMD_SIZE : SIZE);
	return injected;
}

/* Forks; the child, if there is one, has what its parent has. */
static bool fork_without(struct __test_metadata *_metadata, struct range *range,
			 const struct kind *kind, int fail, int nth)
{
	bool injected;
	pid_t pid;

	kind->map(range);
	range_take(range);
	fail_nth(fail, nth);
	pid = fork();
	if (!pid)
		_exit(wrong_pages(range->va, PAGES, 0, true) > 0);
	injected = fail_end(fail);
	EXPECT_TRUE(pid > 0 ? child_was_right(pid) : injected);
	range_check_counters(range);
	range_take(range);
	range_check_counters(range);
	check_now_and_then(_metadata, range, nth);
	munmap(range->va, kind->large ? PMD_SIZE : SIZE);
	return injected;
}

#define HIGHMEM	"/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem"

/* Lets pages of user space fail, too, as those of the kernel do. */
static const char *lacks_failing(void)
{
	int fail = fail_open();
	const bool fails = fail >= 0 && fail_all() && proc_write(HIGHMEM, "N");

	close(fail);
	return fails ? NULL : "this kernel has no CONFIG_FAIL_PAGE_ALLOC or CONFIG_FAILSLAB";
}

static void stop_failing(int fail)
{
	proc_write(HIGHMEM, "Y");
	close(fail);
}

typedef bool (*call_fn)(struct __test_metadata *_metadata, struct range *range,
			const struct kind *kind, int fail, int nth);

/* Lets the first allocation fail, then the second, until there are no more: @least, or more. */
static void check_each(struct __test_metadata *_metadata, struct range *range, call_fn call,
		       const struct kind *kind, int least)
{
	int fail = fail_open(), nth = 1;
	long before;

	/* Makes the allocations that only a first call makes. */
	call(_metadata, range, kind, fail, MAX_NTH);
	before = anon_kb();
	while (nth < MAX_NTH && _metadata->exit_code == KSFT_PASS &&
	       call(_metadata, range, kind, fail, nth))
		nth += nth < DENSE ? 1 : STRIDE;
	TH_LOG("of %d allocations each failed, of the first %d, or each %dth", nth - 1, DENSE,
	       STRIDE);
	EXPECT_LT(least, nth);
	EXPECT_GT(MAX_NTH, nth);
	EXPECT_GT(before + LEAK_KB, anon_kb());
	stop_failing(fail);
}

/* Allocates each page, and two tables. */
TEST_F_TIMEOUT(range, none_is_there, 600)
{
	NEED(lacks_failing());
	check_each(_metadata, &self->range, make_without, &none, PAGES + 2);
}

TEST_F_TIMEOUT(range, all_are_there, 600)
{
	NEED(lacks_failing());
	check_each(_metadata, &self->range, make_without, &present, 1);
}

TEST_F_TIMEOUT(range, swapped_out, 600)
{
	NEED(lacks_swap());
	NEED(lacks_failing());
	ASSERT_EQ(0, swap_on(RAM_DISK));
	check_each(_metadata, &self->range, make_without, &swapped, PAGES);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

TEST_F_TIMEOUT(range, large_folio, 600)
{
	NEED(lacks_large_folios());
	NEED(lacks_failing());
	check_each(_metadata, &self->range, make_without, &large, 1);
}

/* Takes pages that a child shares while the @nth allocation fails; the device needs copies. */
static bool copy_without(struct __test_metadata *_metadata, struct range *range, int fail, int nth)
{
	bool injected;
	pid_t pid;
	int made;

	map_present(range);
	pid = fork();
	if (!pid)
		_exit(pause() != -1);
	/* The results are shared with the child, too; writing them is not to fail. */
	memset(range->results, 0, sizeof(range->results));
	fail_nth(fail, nth);
	made = take_pages(range->fd, range->va, PAGES, range->how, range->results);
	injected = fail_end(fail);
	check_made(_metadata, range, made, injected);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	range_take(range);
	range_check_counters(range);
	check_now_and_then(_metadata, range, nth);
	munmap(range->va, SIZE);
	return injected;
}

TEST_F_TIMEOUT(range, shared_with_a_child, 600)
{
	int fail, nth = 1;

	NEED(lacks_failing());
	fail = fail_open();
	while (_metadata->exit_code == KSFT_PASS &&
	       copy_without(_metadata, &self->range, fail, nth))
		nth++;
	EXPECT_LT(PAGES, nth);
	stop_failing(fail);
}

TEST_F_TIMEOUT(range, fork, 600)
{
	NEED(lacks_failing());
	check_each(_metadata, &self->range, fork_without, &present, 10);
}

TEST_HARNESS_MAIN

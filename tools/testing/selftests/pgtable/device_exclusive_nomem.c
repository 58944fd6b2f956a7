// SPDX-License-Identifier: GPL-2.0
/*
 * A device takes pages, and a process that has given it some forks, while each allocation fails in
 * turn: what fails costs no other page anything, and all can be had once there is memory again.
 */
#define _GNU_SOURCE
#include "device_exclusive_range.h"
#include "device_exclusive_swap.h"

#define PAGES	16
#define MAX_NTH	3000	/* allocations that one call may need */
#define DENSE	64	/* how many of them fail each */
#define STRIDE	13	/* of the others, most of fork(), one in so many */
#define LEAK_KB	512	/* less than one page for each of them that fails */

/* Pages, and what there is to be allocated for them */

struct kind {
	bool (*map)(struct __test_metadata *_metadata, range_t *self);
};

static bool map_nothing(struct __test_metadata *_metadata, range_t *self)
{
	use_pages(_metadata, self, 512 - PAGES / 2, PAGES);
	memset(self->counter, 0, sizeof(self->counter));
	return true;
}

static bool map_present(struct __test_metadata *_metadata, range_t *self)
{
	use_filled(_metadata, self, 512 - PAGES / 2, PAGES);
	return true;
}

static bool map_swapped(struct __test_metadata *_metadata, range_t *self)
{
	map_present(_metadata, self);
	return swap_out(self->fd, self->va, PAGES);
}

static bool map_large(struct __test_metadata *_metadata, range_t *self)
{
	self->va = exclusive_map_any(PFNMAP_2M);
	self->pages = PAGES;
	ASSERT_NE(MAP_FAILED, self->va);
	ASSERT_EQ(0, madvise(self->va, PFNMAP_2M, MADV_HUGEPAGE));
	fill(self, 0, PAGES);
	/* Or khugepaged maps by a PMD again what was taken back. */
	ASSERT_EQ(0, madvise(self->va, PFNMAP_2M, MADV_NOHUGEPAGE));
	return look_at(self->fd, self->va).kind == TEST_EXCLUSIVE_HUGE;
}

static void unmap(range_t *self, const struct kind *kind)
{
	munmap(self->va, kind->map == map_large ? PFNMAP_2M : PAGES * PFNMAP_4K);
}

/* Pages that could not be had are as before, those that could have been added to, once. */
static void check_made(struct __test_metadata *_metadata, range_t *self, int made, bool injected)
{
	int i, ret, count = 0;

	EXPECT_TRUE(made >= 0 || (injected && made == -ENOMEM))
		TH_LOG("returned %d", made);
	for (i = 0; i < PAGES && made >= 0; i++) {
		ret = self->results[i];
		EXPECT_TRUE(!ret || (injected && (ret == -ENOMEM || ret == -EFAULT)))
			TH_LOG("page %d: %d", i, ret);
		count += !ret;
		self->counter[i] += ret ? 0 : ADD;
	}
	EXPECT_EQ(made < 0 ? 0 : made, count);
	for (i = 0; i < PAGES; i++)
		EXPECT_FALSE(is_locked(self->fd, page_at(self->va, i)));
}

/* Not each time: it has all CPUs drained of what they hold. */
static void check_now_and_then(struct __test_metadata *_metadata, range_t *self, int nth)
{
	if (nth % 16 == 0)
		check_released(_metadata, self);
}

/* Calls once, and the @nth allocation fails; returns whether there was one. */
static bool make_without(struct __test_metadata *_metadata, range_t *self, const struct kind *kind,
			 int fail, int nth)
{
	bool injected;
	int made;

	ASSERT_TRUE(kind->map(_metadata, self));
	fail_nth(fail, nth);
	made = take_pages(self->fd, self->va, PAGES, self->how, self->results);
	injected = fail_end(fail);
	check_made(_metadata, self, made, injected);
	take(_metadata, self);
	check_counters(_metadata, self);
	check_now_and_then(_metadata, self, nth);
	unmap(self, kind);
	return injected;
}

/* The child, if there is one, has what its parent has. */
static bool fork_without(struct __test_metadata *_metadata, range_t *self, const struct kind *kind,
			 int fail, int nth)
{
	bool injected;
	pid_t pid;

	ASSERT_TRUE(kind->map(_metadata, self));
	take(_metadata, self);
	fail_nth(fail, nth);
	pid = fork();
	if (!pid)
		_exit(wrong_pages(self->va, PAGES, 0, true) > 0);
	injected = fail_end(fail);
	EXPECT_TRUE(pid > 0 ? child_was_right(pid) : injected);
	check_counters(_metadata, self);
	take(_metadata, self);
	check_counters(_metadata, self);
	check_now_and_then(_metadata, self, nth);
	unmap(self, kind);
	return injected;
}

/* Memory of processes that somebody still refers to, kB. */
static long memory_kb(void)
{
	drain();
	return proc_kb("/proc/meminfo", "Active(anon):") +
	       proc_kb("/proc/meminfo", "Inactive(anon):");
}

#define HIGHMEM	FAIL_KNOBS "fail_page_alloc/ignore-gfp-highmem"

/* Reports a skipped test and returns a negative number where allocations do not fail. */
static int start_failing(struct __test_metadata *_metadata)
{
	int fail = fail_open();

	if (fail < 0 || !fail_all() || !fail_set(HIGHMEM, "N"))
		SKIP(return -1, "this kernel has no CONFIG_FAIL_PAGE_ALLOC or CONFIG_FAILSLAB");
	return fail;
}

/* For others the pages of users do not fail. */
static void stop_failing(int fail)
{
	fail_set(HIGHMEM, "Y");
	close(fail);
}

typedef bool (*call_fn)(struct __test_metadata *_metadata, range_t *self, const struct kind *kind,
			int fail, int nth);

/* Lets the first allocation fail, then the second, until there are no more, or too many. */
static void check_each(struct __test_metadata *_metadata, range_t *self, call_fn call,
		       bool (*map)(struct __test_metadata *_metadata, range_t *self), int least)
{
	const struct kind kind = { map };
	int fail = start_failing(_metadata), nth = 1;
	long before;

	if (fail < 0)
		return;
	/* What a first time allocates to keep it. */
	call(_metadata, self, &kind, fail, MAX_NTH);
	before = memory_kb();
	while (nth < MAX_NTH && _metadata->exit_code == KSFT_PASS &&
	       call(_metadata, self, &kind, fail, nth))
		nth += nth < DENSE ? 1 : STRIDE;
	TH_LOG("of %d allocations each failed, of the first %d, or each %dth", nth, DENSE, STRIDE);
	EXPECT_LT(least, nth);
	EXPECT_GT(MAX_NTH, nth);
	EXPECT_GT(before + LEAK_KB, memory_kb());
	stop_failing(fail);
}

/* A page each, and two tables. */
TEST_F_TIMEOUT(range, none_is_there, 600)
{
	check_each(_metadata, self, make_without, map_nothing, PAGES + 2);
}

TEST_F_TIMEOUT(range, all_are_there, 600)
{
	check_each(_metadata, self, make_without, map_present, 0);
}

TEST_F_TIMEOUT(range, swapped_out, 600)
{
	if (!need_swap(_metadata))
		return;
	check_each(_metadata, self, make_without, map_swapped, PAGES);
	EXPECT_EQ(0, swap_off());
}

TEST_F_TIMEOUT(range, large_folio, 600)
{
	if (!need_large_folios(_metadata))
		return;
	check_each(_metadata, self, make_without, map_large, 0);
}

/* Copies, while a child has what was there. */
TEST_F_TIMEOUT(range, shared_with_a_child, 600)
{
	int made, fail = start_failing(_metadata), nth;
	bool injected = fail >= 0;
	pid_t pid;

	for (nth = 1; injected && _metadata->exit_code == KSFT_PASS; nth++) {
		use_filled(_metadata, self, 512 - PAGES / 2, PAGES);
		pid = fork();
		if (!pid)
			_exit(pause() != -1);
		/* Shared with the child, too: where the results go is not to fail. */
		memset(self->results, 0, sizeof(self->results));
		fail_nth(fail, nth);
		made = take_pages(self->fd, self->va, PAGES, self->how, self->results);
		injected = fail_end(fail);
		check_made(_metadata, self, made, injected);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		take(_metadata, self);
		check_counters(_metadata, self);
		check_now_and_then(_metadata, self, nth);
		munmap(self->va, PAGES * PFNMAP_4K);
	}
	if (fail < 0)
		return;
	EXPECT_LT(PAGES, nth);
	stop_failing(fail);
}

TEST_F_TIMEOUT(range, fork, 600)
{
	check_each(_metadata, self, fork_without, map_present, 10);
}

TEST_HARNESS_MAIN

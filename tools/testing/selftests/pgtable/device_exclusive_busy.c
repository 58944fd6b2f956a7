// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that others have locked, and folios that a range comes upon twice: who has locked some
 * waits for no other, so that no two calls wait for each other.
 */
#define _GNU_SOURCE
#include "device_exclusive_hold.h"
#include "device_exclusive_taker.h"

#define HELD	5

/* Takes the range; a page that is busy is asked for again, by itself, and must come. */
static int take_again(struct __test_metadata *_metadata, range_t *self)
{
	int i, busy = 0, ret;

	ASSERT_LT(0, take_pages(self->fd, self->va, self->pages, self->how, self->results));
	for (i = 0; i < self->pages; i++) {
		ret = self->results[i];
		busy += ret == -EBUSY;
		if (ret == -EBUSY)
			ret = take_page(self->fd, page_at(self->va, i), self->how);
		EXPECT_EQ(0, ret)
			TH_LOG("page %d", i);
		self->counter[i] += ret ? 0 : ADD;
	}
	check_entries(_metadata, self);
	return busy;
}

TEST_F(range, one_is_held)
{
	struct hold held;
	int busy;

	use_filled(_metadata, self, 500, 32);
	ASSERT_TRUE(hold_start(&held, self->fd, page_at(self->va, HELD), 1,
			       TEST_EXCLUSIVE_SINGLE));
	busy = take_again(_metadata, self);
	TH_LOG("busy: %d", busy);
	EXPECT_EQ(1, hold_end(&held));
	EXPECT_LE(busy, self->how == TEST_EXCLUSIVE_RANGE);
	self->counter[HELD] += ADD;
	check_counters(_metadata, self);
	check_range(_metadata, self);
}

/* With no other page to work on there is nothing better to do than to wait. */
TEST_F(range, the_only_one_is_held)
{
	struct hold held;

	use_filled(_metadata, self, 500, 32);
	ASSERT_TRUE(hold_start(&held, self->fd, page_at(self->va, HELD), 1,
			       TEST_EXCLUSIVE_SINGLE));
	EXPECT_EQ(0, take_page(self->fd, page_at(self->va, HELD), self->how));
	EXPECT_EQ(1, hold_end(&held));
	self->counter[HELD] += 2 * ADD;
	check_counters(_metadata, self);
	check_range(_metadata, self);
}

TEST_F(range, all_are_held)
{
	struct hold held;
	int i;

	use_filled(_metadata, self, 510, 4);
	ASSERT_TRUE(hold_start(&held, self->fd, self->va, 4, TEST_EXCLUSIVE_RANGE));
	take_again(_metadata, self);
	EXPECT_EQ(4, hold_end(&held));
	for (i = 0; i < 4; i++)
		self->counter[i] += ADD;
	check_counters(_metadata, self);
	check_range(_metadata, self);
}

/* What the device holds together is given back together, and each page waits for that. */
TEST_F(range, all_are_waited_for)
{
	struct hold held;
	int i;

	use_filled(_metadata, self, 510, 4);
	ASSERT_TRUE(hold_start(&held, self->fd, self->va, 4, self->how));
	for (i = 3; i >= 0; i--) {
		self->counter[i] += ADD;
		EXPECT_EQ(self->counter[i], bar_read(page_at(self->va, i) + COUNTER));
	}
	EXPECT_EQ(4, hold_end(&held));
	check_range(_metadata, self);
}

/* Folios whose pages lie scattered */

#define SCATTERED	16	/* pages, of two folios by turns; half of them in the other order */

static char *large_folio(struct __test_metadata *_metadata, range_t *self)
{
	char *va = exclusive_map_any(PFNMAP_2M);

	ASSERT_NE(MAP_FAILED, va);
	ASSERT_EQ(0, madvise(va, PFNMAP_2M, MADV_HUGEPAGE));
	bar_write(va, 1);
	ASSERT_EQ(TEST_EXCLUSIVE_HUGE, look_at(self->fd, va).kind);
	/* Or khugepaged maps another by a PMD when pages of it have gone. */
	ASSERT_EQ(0, madvise(va, PFNMAP_2M, MADV_NOHUGEPAGE));
	return va;
}

/* Pages A B A B..., and then B A B A.... */
static bool use_scattered(struct __test_metadata *_metadata, range_t *self)
{
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	char *folio[2], *from, *to;
	int i;

	if (!need_large_folios(_metadata))
		return false;
	use_pages(_metadata, self, 0, SCATTERED);
	for (i = 0; i < 2; i++)
		folio[i] = large_folio(_metadata, self);
	for (i = 0; i < SCATTERED; i++) {
		from = page_at(folio[(i + i / (SCATTERED / 2)) % 2], i);
		to = page_at(self->va, i);
		ASSERT_EQ(to, mremap(from, PFNMAP_4K, PFNMAP_4K, flags, to));
	}
	fill(self, 0, SCATTERED);
	for (i = 0; i < SCATTERED; i++)
		EXPECT_EQ(512, look_at(self->fd, page_at(self->va, i)).pages);
	return true;
}

TEST_F(range, folios_lie_scattered)
{
	int i, busy;

	if (!use_scattered(_metadata, self))
		return;
	for (i = 0; i < 3; i++) {
		busy = take_again(_metadata, self);
		EXPECT_LE(busy, self->how == TEST_EXCLUSIVE_RANGE ? SCATTERED - 2 : 0);
		check_counters(_metadata, self);
	}
	for (i = 0; i < SCATTERED; i++)
		EXPECT_EQ(512, look_at(self->fd, page_at(self->va, i)).mapcount);
}

TEST_F_TIMEOUT(range, folios_in_opposite_orders, 300)
{
	static struct taker takers[2] = {
		{ .first = 0, .pages = 8, .step = 8, .rounds = 1000 },
		{ .first = 8, .pages = 8, .step = 8, .rounds = 1000 },
	};

	if (!use_scattered(_metadata, self))
		return;
	check_takers(_metadata, self, takers);
	take_again(_metadata, self);
	check_counters(_metadata, self);
}

/* Threads that take the same pages */

TEST_F_TIMEOUT(range, pages_in_opposite_orders, 300)
{
	static struct taker takers[2] = {
		{ .first = 0, .pages = 64, .step = 16, .rounds = 250 },
		{ .first = 0, .pages = 64, .step = -32, .rounds = 500 },
	};

	use_filled(_metadata, self, 480, 64);
	check_takers(_metadata, self, takers);
	check_range(_metadata, self);
}

TEST_F_TIMEOUT(range, ranges_that_overlap, 300)
{
	static struct taker takers[2] = {
		{ .first = 0, .pages = 48, .step = 48, .rounds = 1000 },
		{ .first = 16, .pages = 48, .step = 48, .rounds = 1000 },
	};

	use_filled(_metadata, self, 480, 64);
	check_takers(_metadata, self, takers);
	check_range(_metadata, self);
}

static void *fork_often(void *arg)
{
	long failed = 0;
	pid_t pid;

	while (!atomic_load(&takers_done)) {
		pid = fork();
		if (!pid)
			_exit(0);
		failed += !child_was_right(pid);
	}
	return (void *)failed;
}

/* fork() waits for the device as often as it has to. */
TEST_F_TIMEOUT(range, fork_never_fails, 300)
{
	static struct taker taker = { .pages = 16, .step = 16, .rounds = 100, .hold_us = 1000 };
	pthread_t forker;
	void *failed;

	use_filled(_metadata, self, 500, 16);
	taker.range = self;
	ASSERT_EQ(0, pthread_create(&forker, NULL, fork_often, NULL));
	taker_run(&taker);
	atomic_store(&takers_done, true);
	ASSERT_EQ(0, pthread_join(forker, &failed));
	EXPECT_EQ(NULL, failed);
	taker_count(_metadata, &taker);
	check_counters(_metadata, self);
}

TEST_HARNESS_MAIN

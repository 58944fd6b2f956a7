// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that another call has locked, and folios that a range meets twice: a call that has locked
 * pages waits for no other page, so that no two calls wait for each other.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "lib/child.h"
#include "lib/harness.h"
#include "lib/race.h"
#include "lib/range.h"

FIXTURE_RANGE

#define HELD	5
#define TRIES	10

/* Holds pages and makes a call that meets them; returns whether they were held when it began. */
typedef bool (*meet_fn)(struct __test_metadata *_metadata, struct range *range);

/* On a busy machine the hold may be over before the call begins. */
static void meet(struct __test_metadata *_metadata, struct range *range, meet_fn once)
{
	bool met = false;
	int i;

	for (i = 0; i < TRIES && !met; i++)
		met = once(_metadata, range);
	EXPECT_TRUE(met);
	range_check(range);
}

/* Takes the range. Takes each busy page again, by itself; that must not fail. */
static int take_again(struct __test_metadata *_metadata, struct range *range)
{
	int i, busy = 0, ret;

	ASSERT_LT(0, take_pages(range->fd, range->va, range->pages, range->how, range->results));
	for (i = 0; i < range->pages; i++) {
		ret = range->results[i];
		busy += ret == -EBUSY;
		if (ret == -EBUSY)
			ret = take_page(range->fd, page_at(range->va, i), range->how);
		EXPECT_EQ(0, ret)
			TH_LOG("page %d", i);
		range->counter[i] += ret ? 0 : ADD;
	}
	range_check_entries(range);
	return busy;
}

/* Holds a page and takes the range, which waits for the page. */
static bool meet_held(struct __test_metadata *_metadata, struct range *range)
{
	struct hold held;
	__u64 start;
	int busy;

	ASSERT_TRUE(hold_start(&held, range->fd, page_at(range->va, HELD), 1,
			       TEST_EXCLUSIVE_SINGLE));
	start = race_now();
	busy = take_again(_metadata, range);
	EXPECT_LE(held.until, race_now());
	TH_LOG("busy: %d", busy);
	EXPECT_EQ(1, hold_end(&held));
	EXPECT_LE(busy, range->how == TEST_EXCLUSIVE_RANGE);
	range->counter[HELD] += ADD;
	range_check_counters(range);
	return start < held.until;
}

TEST_F(range, one_is_held)
{
	range_use_filled(&self->range, PAGES_OF_PMD - 12, 32);
	meet(_metadata, &self->range, meet_held);
}

static bool meet_only_one(struct __test_metadata *_metadata, struct range *range)
{
	struct hold held;
	__u64 start;

	ASSERT_TRUE(hold_start(&held, range->fd, page_at(range->va, HELD), 1,
			       TEST_EXCLUSIVE_SINGLE));
	start = race_now();
	EXPECT_EQ(0, take_page(range->fd, page_at(range->va, HELD), range->how));
	EXPECT_LE(held.until, race_now());
	EXPECT_EQ(1, hold_end(&held));
	range->counter[HELD] += 2 * ADD;
	range_check_counters(range);
	return start < held.until;
}

/* A call that has locked no page waits for one. */
TEST_F(range, the_only_one_is_held)
{
	range_use_filled(&self->range, PAGES_OF_PMD - 12, 32);
	meet(_metadata, &self->range, meet_only_one);
}

static bool meet_all_held(struct __test_metadata *_metadata, struct range *range)
{
	struct hold held;
	__u64 start;
	int i;

	ASSERT_TRUE(hold_start(&held, range->fd, range->va, 4, TEST_EXCLUSIVE_RANGE));
	start = race_now();
	take_again(_metadata, range);
	EXPECT_LE(held.until, race_now());
	EXPECT_EQ(4, hold_end(&held));
	for (i = 0; i < 4; i++)
		range->counter[i] += ADD;
	range_check_counters(range);
	return start < held.until;
}

TEST_F(range, all_are_held)
{
	range_use_filled(&self->range, PAGES_OF_PMD - 2, 4);
	meet(_metadata, &self->range, meet_all_held);
}

static bool meet_by_reads(struct __test_metadata *_metadata, struct range *range)
{
	struct hold held;
	__u64 start;
	int i;

	ASSERT_TRUE(hold_start(&held, range->fd, range->va, 4, range->how));
	start = race_now();
	for (i = 3; i >= 0; i--) {
		range->counter[i] += ADD;
		EXPECT_EQ(range->counter[i], bar_read(page_at(range->va, i) + COUNTER));
	}
	EXPECT_LE(held.until, race_now());
	EXPECT_EQ(4, hold_end(&held));
	return start < held.until;
}

/* The device gives back at once all pages that it holds; a read of any waits for that. */
TEST_F(range, all_are_waited_for)
{
	range_use_filled(&self->range, PAGES_OF_PMD - 2, 4);
	meet(_metadata, &self->range, meet_by_reads);
}

/* Folios whose pages lie scattered */

#define SCATTERED	16	/* pages, alternately of two folios */

/* Pages of folios A B A B A B A B, and then B A B A B A B A. */
static void use_scattered(struct __test_metadata *_metadata, struct range *range)
{
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	char *folio[2], *from, *to;
	int i;

	range_use(range, 0, SCATTERED);
	for (i = 0; i < 2; i++) {
		folio[i] = map_large(range->fd);
		ASSERT_NE(MAP_FAILED, folio[i]);
	}
	for (i = 0; i < SCATTERED; i++) {
		from = page_at(folio[(i + i / (SCATTERED / 2)) % 2], i);
		to = page_at(range->va, i);
		ASSERT_EQ(to, mremap(from, PAGE_SIZE, PAGE_SIZE, flags, to));
	}
	range_fill(range, 0, SCATTERED);
	for (i = 0; i < SCATTERED; i++)
		EXPECT_EQ(PAGES_OF_PMD, look_at(range->fd, page_at(range->va, i)).pages);
}

TEST_F(range, folios_lie_scattered)
{
	int i, busy;

	NEED(lacks_large_folios());
	use_scattered(_metadata, &self->range);
	for (i = 0; i < 3; i++) {
		busy = take_again(_metadata, &self->range);
		EXPECT_LE(busy, self->range.how == TEST_EXCLUSIVE_RANGE ? SCATTERED - 2 : 0);
		range_check_counters(&self->range);
	}
	for (i = 0; i < SCATTERED; i++)
		EXPECT_EQ(PAGES_OF_PMD,
			  look_at(self->range.fd, page_at(self->range.va, i)).mapcount);
}

/* Threads that take the same pages */

#define SECOND	1000000000ULL	/* ns */
#define MET	10	/* how often each thread meets another, at least */

struct taker {
	int first, pages;	/* of the range */
	int step;		/* how many at a time, from the end to the start if negative */
	__u32 hold_us;
	__u64 got[MOST_EVER];	/* how often each page */
	atomic_long busy;
};

static struct range *raced;
static struct taker *takers;
static atomic_int calls;	/* of the device that run just now */
static bool finds_busy;		/* a call skips pages that another has locked, and does not wait */

/* One call for @count pages from @from on. */
static void taker_call(struct taker *taker, int from, int count)
{
	__s32 results[MOST_EVER];
	struct test_exclusive_make make = {
		.addr = (uintptr_t)page_at(raced->va, from),
		.count = count,
		.how = raced->how,
		.results = (uintptr_t)results,
		.add = ADD,
		.offset = COUNTER,
		.hold_us = taker->hold_us,
	};
	int i, ret, made = 0;

	if (atomic_fetch_add(&calls, 1))
		race_meet();
	ret = exclusive_make(raced->fd, &make);
	atomic_fetch_sub(&calls, 1);
	if (ret)
		return race_fail("the device failed", -ret);
	for (i = 0; i < count; i++) {
		made += !results[i];
		taker->got[from + i] += !results[i];
		if (results[i] == -EBUSY)
			atomic_fetch_add(&taker->busy, 1);
		else if (results[i])
			race_fail("a page was refused", -results[i]);
	}
	if (!made || make.made != made)
		race_fail("a call took no page, or returned another number", make.made);
}

static void take_once(void)
{
	struct taker *taker = &takers[race_number];
	const int size = taker->step < 0 ? -taker->step : taker->step;
	int at;

	for (at = 0; at + size <= taker->pages; at += size)
		taker_call(taker, taker->first +
				  (taker->step < 0 ? taker->pages - size - at : at), size);
}

/* The CPU takes a page back and adds to its counter, too. Meets a device that has added to it. */
static void add_once(void)
{
	static __u64 last[MOST_EVER];
	static int page;
	__u64 *counter = (__u64 *)(page_at(raced->va, page) + COUNTER);
	__u64 found = __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);

	if (last[page] && found != last[page])
		race_meet();
	last[page] = found + 1;
	raced->counter[page]++;
	page = (page + 7) % raced->pages;
}

static bool all_met(void)
{
	int i;

	for (i = 0; i < 3; i++)
		if (race_met(i) < MET)
			return false;
	return !finds_busy || takers[0].busy + takers[1].busy >= MET;
}

/* The counters have what the takers have got. */
static void count_taken(struct __test_metadata *_metadata, int count)
{
	int i, page;

	for (i = 0; i < count; i++) {
		TH_LOG("busy: %ld", takers[i].busy);
		for (page = 0; page < raced->pages; page++)
			raced->counter[page] += takers[i].got[page] * ADD;
	}
	range_check_counters(raced);
}

/* Two takers and a CPU that adds; no addition is lost. */
static void race_takers(struct __test_metadata *_metadata, struct range *range,
			struct taker *two)
{
	static const struct racer racers[] = {
		{ "taker", take_once, 0 }, { "taker", take_once, 1 },
		{ "adder", add_once, ANY_CPU },
	};

	raced = range;
	takers = two;
	finds_busy = range->how == TEST_EXCLUSIVE_RANGE && is_rust(range->fd);
	EXPECT_TRUE(race_run(racers, 3, 4 * SECOND, all_met, NULL));
	ASSERT_RACE();
	EXPECT_TRUE(all_met())
		TH_LOG("met: %ld, %ld, %ld", race_met(0), race_met(1), race_met(2));
	count_taken(_metadata, 2);
}

TEST_F_TIMEOUT(range, folios_in_opposite_orders, 300)
{
	static struct taker two[] = {
		{ .first = 0, .pages = 8, .step = 8 },
		{ .first = 8, .pages = 8, .step = 8 },
	};

	NEED(lacks_large_folios() ?: lacks_two_cpus());
	use_scattered(_metadata, &self->range);
	race_takers(_metadata, &self->range, two);
	take_again(_metadata, &self->range);
	range_check_counters(&self->range);
}

TEST_F_TIMEOUT(range, pages_in_opposite_orders, 300)
{
	static struct taker two[] = {
		{ .first = 0, .pages = 64, .step = 16 },
		{ .first = 0, .pages = 64, .step = -32 },
	};

	NEED(lacks_two_cpus());
	range_use_filled(&self->range, PAGES_OF_PMD - 32, 64);
	race_takers(_metadata, &self->range, two);
	range_check(&self->range);
}

TEST_F_TIMEOUT(range, ranges_that_overlap, 300)
{
	static struct taker two[] = {
		{ .first = 0, .pages = 48, .step = 48 },
		{ .first = 16, .pages = 48, .step = 48 },
	};

	NEED(lacks_two_cpus());
	range_use_filled(&self->range, PAGES_OF_PMD - 32, 64);
	race_takers(_metadata, &self->range, two);
	range_check(&self->range);
}

static void fork_once(void)
{
	pid_t pid;

	if (atomic_load(&calls))
		race_meet();
	pid = fork();
	if (!pid)
		_exit(0);
	if (!child_was_right(pid))
		race_fail("fork() failed", errno);
}

/* Only the forker meets another thread: the taker. */
static bool forker_met(void)
{
	return race_met(1) >= MET;
}

/* fork() waits for the device as often as it has to. */
TEST_F_TIMEOUT(range, fork_never_fails, 300)
{
	static const struct racer racers[] = {
		{ "taker", take_once, 0 }, { "forker", fork_once, 1 },
	};
	static struct taker one = { .pages = 16, .step = 16, .hold_us = 1000 };

	NEED(lacks_two_cpus());
	range_use_filled(&self->range, PAGES_OF_PMD - 12, 16);
	raced = &self->range;
	takers = &one;
	EXPECT_TRUE(race_run(racers, 2, 2 * SECOND, forker_met, NULL));
	ASSERT_RACE();
	EXPECT_TRUE(forker_met());
	count_taken(_metadata, 1);
}

TEST_HARNESS_MAIN

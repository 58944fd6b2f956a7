// SPDX-License-Identifier: GPL-2.0
/*
 * A CPU and a device take turns to own pages and add to a counter in each, while fork(),
 * mprotect(), MADV_DONTNEED and migration work on the same pages.
 *
 * No addition is lost or done twice, no child sees its copy change, and no legal access is refused.
 * In the end no page is locked, leaked, or referenced or mapped once too often.
 * FOLLOW_RACE_SECONDS (60) says for how long; the second race takes a quarter of that, in
 * whole seconds.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <linux/mempolicy.h>

#include "lib/access.h"
#include "lib/check.h"
#include "lib/child.h"
#include "lib/exclusive.h"
#include "lib/harness.h"
#include "lib/memory.h"
#include "lib/need.h"
#include "lib/proc.h"
#include "lib/race.h"

#define PAGES		64
#define DEVICE_ADDS	(1ULL << 32)	/* the CPU adds 1: it counts in the lower half */
#define MET		10	/* how often each thread does what it is there for, at least */
#define SECOND		1000000000ULL	/* ns */
#define LEAK_KB		(PAGES * table_kb())	/* stacks of threads take some memory, and stay */

static char *pages;		/* address of the first one */
static int device;
static bool drops;		/* every second page may be thrown away at any time */

/* How often each counter was added to; only one thread stores. */
static __u64 stored[PAGES];
static atomic_long device_added[PAGES];

/* Odd while a page may be read-only. */
static atomic_uint protections[PAGES];

static struct {
	atomic_long made[TEST_EXCLUSIVE_RANGE + 1];	/* pages, by call */
	atomic_long busy, refused, forks_refused, collect_refused;
} seen;

/* Pages */

struct part {
	int start, count;
};

static struct part pick_part(void)
{
	int start = race_pick(PAGES);

	return (struct part) { start, 1 + race_pick(PAGES - start) };
}

static void *counter(int page)
{
	return page_at(pages, page) + COUNTER;
}

static bool is_dropped(int page)
{
	return drops && page % 2;
}

/* The page was writable all the time since its count of protections was @before. */
static bool was_writable(int page, unsigned int before)
{
	return before % 2 == 0 && before == atomic_load(&protections[page]);
}

/* Racers: the CPU */

/* Returns 0 or a refusal, and what was there before. */
static int count_up(int page, __u64 *found)
{
	int refusal = sigsetjmp(refused, 0);

	if (refusal)
		return refusal;
	*found = __atomic_fetch_add((__u64 *)counter(page), 1, __ATOMIC_RELAXED);
	return 0;
}

static void check_refusal(int page, int refusal, unsigned int before)
{
	atomic_fetch_add(&seen.refused, 1);
	if (refusal != refusal_of(SIGSEGV, SEGV_ACCERR))
		race_fail("a store ended in another signal or code", refusal);
	else if (was_writable(page, before))
		race_fail("a store was refused though it may write page", page);
}

static void store_once(void)
{
	static __u64 lowest[PAGES];	/* a counter is never lower than this again */
	int page = race_pick(PAGES), refusal;
	unsigned int before = atomic_load(&protections[page]);
	__u64 found;

	refusal = count_up(page, &found);
	if (refusal)
		return check_refusal(page, refusal, before);
	if (!is_dropped(page) && found < lowest[page])
		race_fail("a counter went back at page", page);
	lowest[page] = found + 1;
	stored[page]++;
	race_meet();
}

/* Racers: the device */

static void count_result(int page, int result, unsigned int before)
{
	if (!result)
		atomic_fetch_add(&device_added[page], 1);
	else if (result == -EBUSY)
		atomic_fetch_add(&seen.busy, 1);
	else if (result != -EFAULT)
		race_fail("the device got another error than EFAULT or EBUSY", -result);
	else if (was_writable(page, before))
		race_fail("the device was refused though it may write page", page);
}

static void make(struct part part, __u32 how, __u32 hold_us)
{
	unsigned int before[PAGES];
	__s32 results[PAGES];
	struct test_exclusive_make m = {
		.addr = (uintptr_t)page_at(pages, part.start),
		.count = part.count,
		.how = how,
		.results = (uintptr_t)results,
		.add = DEVICE_ADDS,
		.offset = COUNTER,
		.hold_us = hold_us,
	};
	__u64 made = 0;
	int i, ret;

	for (i = 0; i < part.count; i++)
		before[i] = atomic_load(&protections[part.start + i]);
	ret = exclusive_make(device, &m);
	if (ret)
		return race_fail("the device failed", -ret);
	for (i = 0; i < part.count; i++) {
		count_result(part.start + i, results[i], before[i]);
		made += !results[i];
	}
	if (m.made != made)
		race_fail("the device has made another number of pages exclusive", m.made);
	atomic_fetch_add(&seen.made[how], made);
	if (made)
		race_meet();
}

/* Mostly not at all, so that pages change hands often. */
static __u32 pick_hold(__u32 below_us)
{
	return race_pick(4) ? 0 : race_pick(below_us);
}

static void make_once(void)
{
	static bool range;

	range = !range;
	if (range)
		make(pick_part(), TEST_EXCLUSIVE_RANGE, pick_hold(500));
	else
		make(pick_part(), TEST_EXCLUSIVE_SINGLE, pick_hold(50));
}

/* Parts that overlap, each at a higher address than the one before, or at a lower one. */

static void make_upwards_once(void)
{
	static int start;
	int count = 1 + race_pick(PAGES - start);

	make((struct part) { start, count }, TEST_EXCLUSIVE_RANGE, pick_hold(500));
	start = (start + 1 + race_pick(count)) % PAGES;
}

static void make_downwards_once(void)
{
	static int end = PAGES;
	int count = 1 + race_pick(end);

	make((struct part) { end - count, count }, TEST_EXCLUSIVE_RANGE, pick_hold(500));
	end = end - 1 - (int)race_pick(count) ?: PAGES;
}

/* Racers: system calls */

static bool holds(int page, __u64 value)
{
	__u64 found;

	return !try_access(counter(page), false, &found) && found == value;
}

/* In the child: no counter changes unless the child adds to it. Returns 0 or 1 + page. */
static int watch_counters(void)
{
	int page, round = 1 + race_pick(20);
	__u64 value[PAGES], found;

	for (page = 0; page < PAGES; page++)
		if (try_access(counter(page), false, &value[page]))
			return 1 + page;
	for (; round; round--) {
		sched_yield();
		page = race_pick(PAGES);
		value[page] += !count_up(page, &found);
		for (page = 0; page < PAGES; page++)
			if (!holds(page, value[page]))
				return 1 + page;
	}
	return 0;
}

static void fork_once(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(watch_counters());
	if (pid < 0) {
		atomic_fetch_add(&seen.forks_refused, 1);
		if (errno != ENOMEM && errno != EAGAIN)
			race_fail("fork() failed", errno);
		return;
	}
	status = child_status(pid);
	if (status)
		race_fail("a counter of a child changed, status", status);
	race_meet();
}

static void count_protection(struct part part)
{
	int i;

	for (i = 0; i < part.count; i++)
		atomic_fetch_add(&protections[part.start + i], 1);
}

static void protect_once(void)
{
	struct part part = pick_part();
	__u64 size = part.count * PAGE_SIZE;
	char *va = page_at(pages, part.start);

	count_protection(part);
	if (mprotect(va, size, PROT_READ))
		race_fail("mprotect() failed", errno);
	race_pause();
	if (mprotect(va, size, RW))
		race_fail("mprotect() back failed", errno);
	count_protection(part);
	race_meet();
	race_pause();
}

static void drop_once(void)
{
	int page = 1 + 2 * race_pick(PAGES / 2);

	if (madvise(page_at(pages, page), PAGE_SIZE, MADV_DONTNEED))
		race_fail("MADV_DONTNEED failed", errno);
	race_meet();
	race_pause();
}

/* Refused if the part has more than one vma. */
static void collect_once(void)
{
	struct part part = pick_part();
	struct test_exclusive_collect c;

	if (exclusive_collect(device, page_at(pages, part.start), part.count, &c))
		atomic_fetch_add(&seen.collect_refused, 1);
	else if (c.collected)
		race_meet();
	race_pause();
}

static void move_once(void)
{
	static int where[PAGES];
	int node[PAGES], status[PAGES], to = race_pick(2), i;
	struct part part = pick_part();
	void *va[PAGES];

	for (i = 0; i < part.count; i++) {
		va[i] = page_at(pages, part.start + i);
		node[i] = to;
		status[i] = -1;
	}
	if (syscall(SYS_move_pages, 0, part.count, va, node, status, MPOL_MF_MOVE) < 0)
		race_fail("move_pages() failed", errno);
	for (i = 0; i < part.count; i++)
		if (status[i] == to && where[part.start + i] != to) {
			where[part.start + i] = to;
			race_meet();
		}
	race_pause();
}

/* The thread that looks on */

static void look_once(void)
{
	struct test_exclusive_look look;
	int ret = exclusive_look(device, page_at(pages, race_pick(PAGES)), &look);

	if (ret)
		return race_fail("a look failed", -ret);
	switch (look.kind) {
	case TEST_EXCLUSIVE_DEVICE_EXCLUSIVE:
		race_meet();
		break;
	case TEST_EXCLUSIVE_NONE:
	case TEST_EXCLUSIVE_PRESENT:
	case TEST_EXCLUSIVE_MIGRATION:
		break;
	default:
		race_fail("an entry is of a kind that nothing makes", look.kind);
	}
}

/* State after a race */

static struct test_exclusive_look fresh;	/* at a page that was written, and nothing else */
static long lru_before, mapped_before;		/* anonymous memory of all processes, kB */

/* Drains what CPUs hold of their own: pages, and counts of pages. */
static void settle(void)
{
	CHECK(proc_write("/proc/sys/vm/drop_caches", "1"), "errno %d", errno);
	CHECK(proc_write("/proc/sys/vm/stat_refresh", "1"), "errno %d", errno);
}

static long mapped_kb(void)
{
	return proc_known_kb("/proc/meminfo", "AnonPages:");
}

/* Before the race: writes each page. */
static void remember_fresh(struct __test_metadata *_metadata)
{
	int i;

	for (i = 0; i < PAGES; i++)
		bar_write(page_at(pages, i), word(i));
	settle();
	lru_before = anon_kb();
	mapped_before = mapped_kb();
	ASSERT_EQ(0, exclusive_look(device, pages, &fresh));
	ASSERT_EQ(TEST_EXCLUSIVE_PRESENT, fresh.kind);
	ASSERT_EQ(1, fresh.mapcount);
}

static bool as_fresh(const struct test_exclusive_look *look)
{
	return look->kind == TEST_EXCLUSIVE_PRESENT &&
	       !(look->flags & TEST_EXCLUSIVE_FOLIO_LOCKED) && look->pages == fresh.pages &&
	       look->refcount == fresh.refcount && look->mapcount == fresh.mapcount;
}

/* Compaction may have a reference for a moment. */
static void check_folio(struct __test_metadata *_metadata, int page)
{
	struct test_exclusive_look look;
	int tries = 100;

	do {
		ASSERT_EQ(0, exclusive_look(device, page_at(pages, page), &look));
	} while (!as_fresh(&look) && --tries && !usleep(1000));
	EXPECT_TRUE(as_fresh(&look))
		TH_LOG("page %d: kind %u, flags %x, refcount %d, mapcount %d", page, look.kind,
		       look.flags, look.refcount, look.mapcount);
}

static void check_counter(struct __test_metadata *_metadata, int page)
{
	__u64 value = bar_read(counter(page));
	__u64 by_cpu = value % DEVICE_ADDS, by_device = value / DEVICE_ADDS;

	if (is_dropped(page)) {
		EXPECT_GE(stored[page], by_cpu);
		EXPECT_GE(device_added[page], by_device);
		return;
	}
	EXPECT_EQ(stored[page], by_cpu)
		TH_LOG("page %d: additions of the CPU", page);
	EXPECT_EQ(device_added[page], by_device)
		TH_LOG("page %d: additions of the device", page);
	EXPECT_EQ(word(page), bar_read(page_at(pages, page)));
}

static void check_pages(struct __test_metadata *_metadata)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		check_counter(_metadata, i);
		bar_write(page_at(pages, i), word(i));
	}
	settle();
	for (i = 0; i < PAGES; i++)
		check_folio(_metadata, i);
	EXPECT_GT(lru_before + LEAK_KB, anon_kb());
	EXPECT_GT(mapped_before + LEAK_KB, mapped_kb());
}

/* Races */

static int racer_count;

static bool all_met(void)
{
	int i;

	for (i = 0; i < racer_count; i++)
		if (race_met(i) <= MET)
			return false;
	return race_met(RACERS) > MET;
}

static void race(struct __test_metadata *_metadata, const struct racer *racers, int count,
		 __u64 ns)
{
	bool ended;
	int i;

	racer_count = count;
	ended = race_run(racers, count, ns, all_met, look_once);
	for (i = 0; i < count; i++)
		TH_LOG("%s: %ld", racers[i].name, race_met(i));
	TH_LOG("pages made exclusive singly: %ld, by range: %ld, busy: %ld; seen so: %ld",
	       seen.made[TEST_EXCLUSIVE_SINGLE], seen.made[TEST_EXCLUSIVE_RANGE], seen.busy,
	       race_met(RACERS));
	TH_LOG("refused: stores %ld, forks %ld, collections %ld", seen.refused, seen.forks_refused,
	       seen.collect_refused);
	ASSERT_RACE();
	ASSERT_TRUE(ended);
	EXPECT_TRUE(all_met());
	check_pages(_metadata);
}

FIXTURE(race)
{
	__u64 ns;
};

FIXTURE_SETUP(race)
{
	OPEN_EXCLUSIVE(device);
	NEED(lacks_two_cpus());
	self->ns = race_seconds(60) * SECOND;
	pages = map_small(PAGES * PAGE_SIZE);
	ASSERT_NE(MAP_FAILED, pages);
	remember_fresh(_metadata);
	ASSERT_EQ(0, catch_refusals());
}

FIXTURE_TEARDOWN(race)
{
	close(device);
}

TEST_F_TIMEOUT(race, thrash, 3600)
{
	/* The one that needs two nodes comes last. */
	static const struct racer racers[] = {
		{ "store", store_once, 0 }, { "make", make_once, 1 }, { "fork", fork_once, 1 },
		{ "protect", protect_once, 0 }, { "drop", drop_once, 1 },
		{ "collect", collect_once, 0 }, { "move", move_once, 1 },
	};
	bool nodes = !access("/sys/devices/system/node/node1", F_OK);

	drops = true;
	race(_metadata, racers, ARRAY_SIZE(racers) - !nodes, self->ns);
	EXPECT_LT(MET, seen.made[TEST_EXCLUSIVE_SINGLE]);
	EXPECT_LT(MET, seen.made[TEST_EXCLUSIVE_RANGE]);
}

TEST_F_TIMEOUT(race, opposite_orders, 3600)
{
	static const struct racer racers[] = {
		{ "store", store_once, 0 }, { "upwards", make_upwards_once, 0 },
		{ "downwards", make_downwards_once, 1 },
	};

	race(_metadata, racers, ARRAY_SIZE(racers), (self->ns / 4 + SECOND - 1) / SECOND * SECOND);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * A CPU and a device add to counters, by turns the owner of their pages, while these are copied by
 * fork(), protected, thrown away and migrated.
 *
 * No addition is lost or done twice, no child sees its copy change, and nothing is refused that may
 * be done. In the end no page is locked, referenced or mapped once too often, and none is lost.
 * FOLLOW_RACE_SECONDS (60) says for how long; the second race takes a quarter of that.
 */
#define _GNU_SOURCE
#include "device_exclusive_left.h"

#define RW	(PROT_READ | PROT_WRITE)

/* Racers */

static void make_once(void)
{
	static bool range;

	range = !range;
	if (range)
		make(pick_part(), TEST_EXCLUSIVE_RANGE, pick_hold(500));
	else
		make(pick_part(), TEST_EXCLUSIVE_SINGLE, pick_hold(50));
}

static bool holds(int page, __u64 value)
{
	__u64 found;

	return !race_access(counter(page), false, &found) && found == value;
}

/* In the child: a counter changes where it adds itself, and else not. Returns 0 or 1 + page. */
static int watch_counters(void)
{
	int page, round = 1 + race_pick(20);
	__u64 value[PAGES], found;

	for (page = 0; page < PAGES; page++)
		if (race_access(counter(page), false, &value[page]))
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
	if (waitpid(pid, &status, 0) != pid || status)
		race_fail("a child found a counter changed that it had inherited, status", status);
	meet();
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
	__u64 size = part.count * PFNMAP_4K;

	count_protection(part);
	if (mprotect(page_va(part.start), size, PROT_READ))
		race_fail("mprotect() failed", errno);
	race_pause();
	if (mprotect(page_va(part.start), size, RW))
		race_fail("mprotect() back failed", errno);
	count_protection(part);
	meet();
	race_pause();
}

static void drop_once(void)
{
	int page = 1 + 2 * race_pick(PAGES / 2);

	if (madvise(page_va(page), PFNMAP_4K, MADV_DONTNEED))
		race_fail("MADV_DONTNEED failed", errno);
	meet();
	race_pause();
}

/* Refused where the part is of more than one vma. */
static void collect_once(void)
{
	struct part part = pick_part();
	struct test_exclusive_collect c;

	if (exclusive_collect(device, page_va(part.start), part.count, &c))
		atomic_fetch_add(&seen.collect_refused, 1);
	else if (c.collected)
		meet();
	race_pause();
}

static void move_once(void)
{
	static int where[PAGES];
	int node[PAGES], status[PAGES], to = race_pick(2), i;
	struct part part = pick_part();
	void *va[PAGES];

	for (i = 0; i < part.count; i++) {
		va[i] = page_va(part.start + i);
		node[i] = to;
		status[i] = -1;
	}
	if (syscall(SYS_move_pages, 0, part.count, va, node, status, MPOL_MF_MOVE) < 0)
		race_fail("move_pages() failed", errno);
	for (i = 0; i < part.count; i++)
		if (status[i] == to && where[part.start + i] != to) {
			where[part.start + i] = to;
			meet();
		}
	race_pause();
}

/* The one that needs two nodes comes last. */
static const struct racer all[RACERS] = {
	{ "store", store_once, 0 }, { "make", make_once, 1 }, { "fork", fork_once, 1 },
	{ "protect", protect_once, 0 }, { "drop", drop_once, 1 }, { "collect", collect_once, 0 },
	{ "move", move_once, 1 },
};

/* Parts that overlap, one behind the other, and in the other thread one before the other. */
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

static const struct racer opposite[] = {
	{ "store", store_once, 0 }, { "upwards", make_upwards_once, 0 },
	{ "downwards", make_downwards_once, 1 },
};

FIXTURE(race)
{
	__u64 seconds;
};

FIXTURE_SETUP(race)
{
	device = exclusive_open();
	if (device == -ENOENT)
		SKIP(return, "no /dev/test_device_exclusive in this kernel");
	ASSERT_LE(0, device);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "a race needs two CPUs");
	self->seconds = getenv("FOLLOW_RACE_SECONDS") ? race_seconds() : 60;
	pages = exclusive_map(PAGES * PFNMAP_4K);
	ASSERT_NE(MAP_FAILED, pages);
	remember_fresh(_metadata);
	race_catch();
}

FIXTURE_TEARDOWN(race)
{
	close(device);
}

TEST_F_TIMEOUT(race, thrash, 3600)
{
	bool nodes = !access("/sys/devices/system/node/node1", F_OK);

	drops = true;
	check_race(_metadata, run(all, RACERS - !nodes, self->seconds));
	EXPECT_LT(MET, seen.made[TEST_EXCLUSIVE_SINGLE]);
	EXPECT_LT(MET, seen.made[TEST_EXCLUSIVE_RANGE]);
}

TEST_F_TIMEOUT(race, opposite_orders, 3600)
{
	check_race(_metadata, run(opposite, ARRAY_SIZE(opposite), (self->seconds + 3) / 4));
}

TEST_HARNESS_MAIN

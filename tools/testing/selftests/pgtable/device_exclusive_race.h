/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages with a counter each, to which a CPU and a device add, and the threads of a race over them.
 *
 * The CPU counts in the lower half of a counter and the device in its upper one: what is not there
 * in the end tells whose store was lost.
 */
#ifndef _DEVICE_EXCLUSIVE_RACE_H
#define _DEVICE_EXCLUSIVE_RACE_H

#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "device_exclusive.h"
#include "pfnmap_race.h"

#define PAGES		64
#define COUNTER		1024	/* where in a page it is, in bytes */
#define DEVICE_ADDS	(1ULL << 32)
#define MET		10	/* so often at least each thread does what it is there for */
#define RACERS		7	/* at most; the number of the thread that looks on, too */
#define STILL_NS	60000000000ULL	/* a thread that takes longer for one turn hangs */

struct racer {
	const char *name;
	void (*once)(void);
	int cpu;
};

static char *pages;		/* where they are */
static int device;
static bool drops;		/* every second page may be thrown away at any time */

/* How often each counter was added to; only one thread stores. */
static __u64 stored[PAGES];
static atomic_long device_added[PAGES];

/* Odd while a page may be read-only. */
static atomic_uint protections[PAGES];

static __thread int number;
static atomic_long met[RACERS + 1];
static _Atomic __u64 last_turn[RACERS];

static struct {
	atomic_long made[TEST_EXCLUSIVE_RANGE + 1];	/* pages, by how */
	atomic_long busy, refused, forks_refused, collect_refused;
} seen;

static inline void meet(void)
{
	atomic_fetch_add(&met[number], 1);
}

/* Pages */

struct part {
	int start, count;
};

static inline struct part pick_part(void)
{
	int start = race_pick(PAGES);

	return (struct part) { start, 1 + race_pick(PAGES - start) };
}

static inline char *page_va(int page)
{
	return pages + page * PFNMAP_4K;
}

static inline void *counter(int page)
{
	return page_va(page) + COUNTER;
}

static inline __u64 stamp(int page)
{
	return 0x9e3779b97f4a7c15ULL * (page + 1);
}

static inline bool is_dropped(int page)
{
	return drops && page % 2;
}

/* It was writable all the time since its count of protections was @before. */
static inline bool was_writable(int page, unsigned int before)
{
	return before % 2 == 0 && before == atomic_load(&protections[page]);
}

/* What a CPU does */

/* Returns 0 or a refusal, and what was there before. */
static inline int count_up(int page, __u64 *found)
{
	int refusal = sigsetjmp(race_refused, 0);

	if (refusal)
		return refusal;
	*found = __atomic_fetch_add((__u64 *)counter(page), 1, __ATOMIC_RELAXED);
	return 0;
}

static inline void check_refusal(int page, int refusal, unsigned int before)
{
	atomic_fetch_add(&seen.refused, 1);
	if (refusal != race_refusal(SIGSEGV, SEGV_ACCERR))
		race_fail("a store ended in another signal or code", refusal);
	else if (was_writable(page, before))
		race_fail("a store was refused though it may write page", page);
}

static inline void store_once(void)
{
	static __u64 lowest[PAGES];	/* below which a counter never is again */
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
	meet();
}

/* What a device does */

static inline void count_result(int page, int result, unsigned int before)
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

static inline void make(struct part part, __u32 how, __u32 hold_us)
{
	unsigned int before[PAGES];
	__s32 results[PAGES];
	struct test_exclusive_make m = {
		.addr = (uintptr_t)page_va(part.start), .count = part.count, .how = how,
		.results = (uintptr_t)results, .add = DEVICE_ADDS, .offset = COUNTER,
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
		meet();
}

/* Mostly not at all, so that pages change hands often. */
static inline __u32 pick_hold(__u32 below_us)
{
	return race_pick(4) ? 0 : race_pick(below_us);
}

/* The thread that looks on */

static inline void look_once(void)
{
	struct test_exclusive_look look;
	int ret = exclusive_look(device, page_va(race_pick(PAGES)), &look);

	if (ret)
		return race_fail("a look failed", -ret);
	switch (look.kind) {
	case TEST_EXCLUSIVE_DEVICE_EXCLUSIVE:
		meet();
		break;
	case TEST_EXCLUSIVE_NONE:
	case TEST_EXCLUSIVE_PRESENT:
	case TEST_EXCLUSIVE_MIGRATION:
		break;
	default:
		race_fail("an entry is what nobody makes", look.kind);
	}
}

/* Threads */

static const struct racer *racers;
static int racer_count;

static inline void *race(void *arg)
{
	number = (const struct racer *)arg - racers;
	race_enter(number, racers[number].cpu);
	while (!atomic_load(&race_over)) {
		racers[number].once();
		atomic_store(&last_turn[number], race_now());
	}
	return NULL;
}

static inline bool has_met_too_little(void)
{
	int i;

	for (i = 0; i < racer_count; i++)
		if (atomic_load(&met[i]) <= MET)
			return true;
	return atomic_load(&met[RACERS]) <= MET;
}

static inline void check_turns(void)
{
	int i;

	for (i = 0; i < racer_count; i++)
		if (atomic_load(&last_turn[i]) + STILL_NS < race_now())
			race_fail("a thread stands still, number", i);
}

/* Returns whether all threads have come to their end. */
static inline bool join(const pthread_t *thread)
{
	struct timespec end;
	bool all = true;
	int i;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += STILL_NS / 1000000000;
	for (i = 0; i < racer_count; i++)
		if (pthread_timedjoin_np(thread[i], NULL, &end)) {
			race_fail("a thread does not end, number", i);
			all = false;
		}
	return all;
}

/* On a busy machine it takes longer until a race has met. Returns whether all threads ended. */
static inline bool run(const struct racer *of, int count, __u64 seconds)
{
	__u64 start = race_now(), end = start + seconds * 1000000000, last = end + 2 * STILL_NS;
	pthread_t thread[RACERS];
	int i;

	racers = of;
	racer_count = count;
	number = RACERS;
	race_enter(RACERS, 0);
	for (i = 0; i < count; i++) {
		atomic_store(&last_turn[i], start);
		if (pthread_create(&thread[i], NULL, race, (void *)&of[i]))
			exit(1);
	}
	while (!atomic_load(&race_over) &&
	       (race_now() < end || (has_met_too_little() && race_now() < last))) {
		look_once();
		check_turns();
		usleep(1000);
	}
	atomic_store(&race_over, true);
	return join(thread);
}

#endif /* _DEVICE_EXCLUSIVE_RACE_H */

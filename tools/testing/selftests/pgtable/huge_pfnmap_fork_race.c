// SPDX-License-Identifier: GPL-2.0
/*
 * fork() on one CPU while the BAR that it copies the mapping of is turned off on another.
 *
 * Turning memory decode off removes every mapping of the BAR, and the child's is among them
 * before its first entry is copied. So once both calls have returned, and decode is still off,
 * the child may map no block. In three of four rounds a real-time task takes the CPU from
 * fork(), wherever that is, until decode is off: what fork() has read and not yet used is stale
 * when it goes on. FOLLOW_RACE_SECONDS (10) says for how long, all levels together.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/kinds.h"
#include "lib/lookup.h"
#include "lib/need.h"
#include "lib/race.h"
#include "lib/vfio.h"

#define ROUNDS		50	/* at least, however long they take */
#define MET		10	/* rounds at least in which the zap comes while a fork is held */
#define HOLD_NS		100000000	/* fork() may hold a lock that decode off waits for */

enum { FORKER, ZAPPER };	/* CPUs */

static struct pfnmap_bar bar;
static char *va;
static __u64 size, block;
static int test_fd;
static sem_t hold;

/* From before fork() to the zap, ns; most of it follows how long fork() is seen to take. */
static __u64 delay, longest = 500000;
static bool inside;	/* the zap of this round was over before fork() was */

/* The last round in which each of these happened; children wait for the zap. */
static struct rounds {
	_Atomic long begun, held, zapped, forked;
} *rounds;

static struct {
	long held, inside, stale;
} seen;

static long mapped_blocks(void)
{
	struct test_pfnmap_follow f;
	long mapped = 0;
	__u64 at;

	for (at = 0; at < size; at += block)
		mapped += pfnmap_follow(test_fd, va + at, 1, &f) != -EINVAL;
	return mapped;
}

static void wait_for(_Atomic long *what, long round)
{
	while (atomic_load(what) < round && !atomic_load(&race_over))
		;
}

static bool is_held(long round)
{
	return round % 4;
}

/* Returns whether the child found nothing mapped. */
static bool fork_against_zap(long round)
{
	pid_t pid;

	delay = longest / 2 + race_pick(longest);
	atomic_store(&rounds->begun, round);
	if (is_held(round))
		sem_post(&hold);
	pid = fork();
	if (!pid) {
		while (atomic_load(&rounds->zapped) < round)
			;
		_exit(mapped_blocks() != 0);
	}
	atomic_store(&rounds->forked, round);
	wait_for(&rounds->zapped, round);
	/* No zap will come that a child could wait for. */
	if (atomic_load(&race_over))
		atomic_store(&rounds->zapped, LONG_MAX);
	return child_was_right(pid);
}

/* Turns decode off in each round: while fork() is held, or when it has run for @delay. */
static void zap_once(void)
{
	static long round;

	round++;
	wait_for(&rounds->begun, round);
	if (is_held(round))
		wait_for(&rounds->held, round);
	else
		race_spin(delay);
	if (bar_decode_off(&bar))
		race_fail("cannot turn memory decode off", errno);
	inside = atomic_load(&rounds->forked) < round;
	atomic_store(&rounds->zapped, round);
}

/* Sleeps for @delay, on the CPU that fork() runs on, and then keeps it until decode is off. */
static void hold_once(void)
{
	long round;
	__u64 end;

	if (sem_wait(&hold) || atomic_load(&race_over))
		return;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ .tv_nsec = delay }, NULL);
	round = atomic_load(&rounds->begun);
	end = race_now() + HOLD_NS;
	atomic_store(&rounds->held, round);
	while (atomic_load(&rounds->zapped) < round && race_now() < end)
		;
	seen.held += atomic_load(&rounds->zapped) >= round && inside;
}

static const struct racer racers[] = {
	{ "zap", zap_once, ZAPPER }, { "hold", hold_once, FORKER, .realtime = true },
};

FIXTURE(fork_race)
{
};

VARIANT_OF_KIND(fork_race);
KIND_VARIANT(fork_race, vfio, pte, PFNMAP_PTE);
HUGE_VARIANTS(fork_race, vfio);

/* How much is mapped at most, bytes, and sixths of the time. */
static __u64 size_of(enum pfnmap_level level)
{
	const __u64 sizes[] = { PMD_SIZE, 8 * PFNMAP_1G, -1ULL };

	return sizes[level];
}

static const unsigned int parts[] = { 1, 4, 1 };

FIXTURE_SETUP(fork_race)
{
	const int flags = MAP_SHARED | MAP_ANONYMOUS;

	NEED(lacks_bar());
	NEED(lacks_two_cpus());
	ASSERT_EQ(0, bar_open(&bar));
	test_fd = pfnmap_follow_open();
	NEED(lacks_test_device(test_fd));
	rounds = mmap(NULL, sizeof(*rounds), RW, flags, -1, 0);
	ASSERT_NE(MAP_FAILED, rounds);
	size = size_of(variant->level);
	size = size < bar.size ? size : bar.size;
	block = pfnmap_block(variant->level);
	va = bar_map(&bar, variant->level, RW, 0, size);
	ASSERT_NE(MAP_FAILED, va);
}

FIXTURE_TEARDOWN(fork_race)
{
	bar_close(&bar);
}

/* On a busy machine the first rounds may meet nothing. */
static bool wants_more(long round, __u64 end)
{
	return round <= ROUNDS || race_now() < end || (seen.held <= MET && round <= 20 * ROUNDS);
}

/* An entry that was read before the locks were taken may be gone when the child gets it. */
TEST_F_TIMEOUT(fork_race, child_maps_no_dead_bar, 3600)
{
	const unsigned int part = parts[variant->level];
	__u64 end = race_now() + race_seconds(10) * 1000000000ULL * part / 6;
	bool ended;
	long round;

	race_enter(RACERS, FORKER, false);
	ASSERT_EQ(0, sem_init(&hold, 0, 0));
	race_start(racers, ARRAY_SIZE(racers));
	for (round = 1; !atomic_load(&race_over) && wants_more(round, end); round++) {
		bar_touch(va, size, block);
		seen.stale += !fork_against_zap(round);
		seen.inside += inside;
		longest += inside ? longest / 32 : -(longest / 8);
		if (bar_decode_on(&bar))
			race_fail("cannot turn memory decode on", errno);
	}
	atomic_store(&race_over, true);
	sem_post(&hold);
	ended = race_stop();
	TH_LOG("%ld forks; zap inside %ld, all of it while held %ld; stale child %ld",
	       round - 1, seen.inside, seen.held, seen.stale);
	ASSERT_RACE();
	ASSERT_TRUE(ended);
	EXPECT_LT(MET, seen.held);
	EXPECT_LT(MET, seen.inside);
	EXPECT_EQ(0, seen.stale)
		TH_LOG("a child mapped the BAR after it was turned off");
}

TEST_HARNESS_MAIN

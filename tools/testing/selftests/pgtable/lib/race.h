/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A race: threads that each call a function again and again until the race is over.
 *
 * Each thread runs on one CPU and draws random numbers of its own, the same in each run. The first
 * one to see something wrong calls race_fail(), which ends the race; ASSERT_RACE() reports it.
 */
#ifndef _LIB_RACE_H
#define _LIB_RACE_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

#define RACERS		8	/* threads of a race, at most */
#define ANY_CPU		(-1)

struct racer {
	const char *name;
	void (*once)(void);
	int cpu;
	bool realtime;	/* yields to the others of its CPU, but to no normal task */
};

extern atomic_bool race_over;
extern _Atomic(const char *) race_wrong;	/* what was wrong first, or NULL */
extern _Atomic __u64 race_wrong_value;

/* The number of the calling thread: an index of racers, or RACERS for the one that starts them. */
extern __thread int race_number;
extern __thread __u64 race_seed;	/* not 0 */

/* FOLLOW_RACE_SECONDS, or @otherwise if that is not set. */
int race_seconds(int otherwise);

/* The monotonic clock, ns. */
__u64 race_now(void);

/* A random number. */
__u64 race_pick(__u64 below);

/* Mostly long enough for a fault to fit in, often too short. */
void race_pause(void);
void race_spin(__u64 ns);

/* Ends the race. */
void race_fail(const char *what, __u64 value);

/* Counts that the calling thread did what it is there for. */
void race_meet(void);
long race_met(int number);

/* Makes the calling thread number @number, on its CPU. */
void race_enter(int number, int cpu, bool realtime);

/* Starts the threads; race_stop() ends the race and returns whether all of them ended. */
void race_start(const struct racer *racers, int count);
bool race_stop(void);

/*
 * A race of @ns. It is longer, up to ten times and two minutes more, while @enough returns false.
 * Calls @look_on, unless that is NULL, once in a millisecond. A thread fails that takes longer than
 * a minute for one call. Returns whether all threads ended.
 */
bool race_run(const struct racer *racers, int count, __u64 ns, bool (*enough)(void),
	      void (*look_on)(void));

/* For tests. */
#define ASSERT_RACE() do {							\
	const char *_wrong = race_wrong;					\
										\
	ASSERT_EQ(NULL, _wrong)							\
		TH_LOG("%s: %llx", _wrong, (unsigned long long)race_wrong_value);	\
} while (0)

#endif /* _LIB_RACE_H */

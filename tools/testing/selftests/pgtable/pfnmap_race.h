/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the threads of a race share: chance, a CPU of their own, accesses that may be refused,
 * an end, and what was wrong first.
 */
#ifndef _PFNMAP_RACE_H
#define _PFNMAP_RACE_H

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <linux/types.h>

#include "pfnmap_level.h"

static atomic_bool race_over;
static _Atomic(const char *) race_wrong;
static _Atomic __u64 race_wrong_value;
static __thread __u64 race_seed;
static __thread sigjmp_buf race_refused;

/* FOLLOW_RACE_SECONDS, or 10. */
static inline int race_seconds(void)
{
	const char *seconds = getenv("FOLLOW_RACE_SECONDS");

	return seconds ? atoi(seconds) : 10;
}

static inline __u64 race_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Each thread has numbers of its own, the same in each run. */
static inline __u64 race_pick(__u64 below)
{
	race_seed ^= race_seed << 13;
	race_seed ^= race_seed >> 7;
	race_seed ^= race_seed << 17;
	return race_seed % below;
}

/* The first thing that any thread of a race does. */
static inline void race_enter(int number, int cpu)
{
	cpu_set_t cpus;

	race_seed = 0x2545f4914f6cdd1dULL * (number + 1);
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

static inline void race_spin(__u64 ns)
{
	__u64 end = race_now() + ns;

	while (race_now() < end)
		;
}

/* Mostly long enough for a fault to fit in, often too short. */
static inline void race_pause(void)
{
	if (race_pick(4))
		race_spin(race_pick(50000));
	else
		usleep(race_pick(4000));
}

/* Why an access was refused. */
static inline int race_refusal(int sig, int code)
{
	return sig << 8 | code;
}

static inline void race_on_refused(int sig, siginfo_t *info, void *context)
{
	siglongjmp(race_refused, race_refusal(sig, info->si_code));
}

static inline void race_catch(void)
{
	struct sigaction action = {
		.sa_sigaction = race_on_refused,
		.sa_flags = SA_NODEFER | SA_SIGINFO,
	};

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

/* Reads or writes a word of a BAR; returns 0 or a refusal. */
static inline int race_access(void *va, bool write, __u64 *value)
{
	int refusal = sigsetjmp(race_refused, 0);

	if (refusal)
		return refusal;
	if (write)
		bar_write(va, *value);
	else
		*value = bar_read(va);
	return 0;
}

/* Ends the race. */
static inline void race_fail(const char *what, __u64 value)
{
	const char *none = NULL;

	if (atomic_compare_exchange_strong(&race_wrong, &none, what))
		atomic_store(&race_wrong_value, value);
	atomic_store(&race_over, true);
}

#endif /* _PFNMAP_RACE_H */

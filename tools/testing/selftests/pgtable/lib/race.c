// SPDX-License-Identifier: GPL-2.0
/*
 * A race: threads that each call a function again and again until the race is over.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "race.h"

#define SECOND		1000000000ULL	/* ns */
#define STILL		(60 * SECOND)	/* a thread that takes longer for one call hangs */
#define MORE		(120 * SECOND)

atomic_bool race_over;
_Atomic(const char *) race_wrong;
_Atomic __u64 race_wrong_value;
__thread int race_number = RACERS;
__thread __u64 race_seed = 1;

static const struct racer *racers;
static int racer_count;
static pthread_t threads[RACERS];
static atomic_long met[RACERS + 1];
static _Atomic __u64 last_call[RACERS];

int race_seconds(int otherwise)
{
	const char *seconds = getenv("FOLLOW_RACE_SECONDS");

	return seconds ? atoi(seconds) : otherwise;
}

__u64 race_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

__u64 race_pick(__u64 below)
{
	race_seed ^= race_seed << 13;
	race_seed ^= race_seed >> 7;
	race_seed ^= race_seed << 17;
	return race_seed % below;
}

void race_spin(__u64 ns)
{
	__u64 end = race_now() + ns;

	while (race_now() < end)
		;
}

void race_pause(void)
{
	if (race_pick(4))
		race_spin(race_pick(50000));
	else
		usleep(race_pick(4000));
}

void race_fail(const char *what, __u64 value)
{
	const char *none = NULL;

	if (atomic_compare_exchange_strong(&race_wrong, &none, what))
		atomic_store(&race_wrong_value, value);
	atomic_store(&race_over, true);
}

void race_meet(void)
{
	atomic_fetch_add(&met[race_number], 1);
}

long race_met(int number)
{
	return atomic_load(&met[number]);
}

void race_enter(int number, int cpu, bool realtime)
{
	const struct sched_param param = { .sched_priority = 1 };
	cpu_set_t cpus;

	race_number = number;
	race_seed = 0x2545f4914f6cdd1dULL * (number + 1);
	if (cpu != ANY_CPU) {
		CPU_ZERO(&cpus);
		CPU_SET(cpu, &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus))
			race_fail("cannot run on its CPU alone", errno);
	}
	if (realtime && sched_setscheduler(0, SCHED_FIFO, &param))
		race_fail("cannot become a real-time task", errno);
}

static void *racer_main(void *arg)
{
	const struct racer *racer = arg;
	int number = racer - racers;

	race_enter(number, racer->cpu, racer->realtime);
	while (!atomic_load(&race_over)) {
		racer->once();
		atomic_store(&last_call[number], race_now());
	}
	return NULL;
}

void race_start(const struct racer *of, int count)
{
	int i;

	CHECK(count <= RACERS, "%d threads", count);
	for (i = 0; i <= RACERS; i++)
		atomic_store(&met[i], 0);
	racers = of;
	racer_count = count;
	atomic_store(&race_over, race_wrong != NULL);
	for (i = 0; i < count; i++) {
		atomic_store(&last_call[i], race_now());
		if (pthread_create(&threads[i], NULL, racer_main, (void *)&of[i]))
			abort();
	}
}

bool race_stop(void)
{
	struct timespec end;
	bool all = true;
	int i;

	atomic_store(&race_over, true);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += STILL / SECOND;
	for (i = 0; i < racer_count; i++)
		if (pthread_timedjoin_np(threads[i], NULL, &end)) {
			race_fail("a thread does not end, number", i);
			all = false;
		}
	return all;
}

static void check_calls(void)
{
	int i;

	for (i = 0; i < racer_count; i++)
		if (atomic_load(&last_call[i]) + STILL < race_now())
			race_fail("a thread hangs, number", i);
}

static bool is_done(__u64 start, __u64 ns, bool (*enough)(void))
{
	__u64 now = race_now();

	if (atomic_load(&race_over))
		return true;
	return now > start + ns && (!enough || enough() || now > start + 10 * ns + MORE);
}

bool race_run(const struct racer *of, int count, __u64 ns, bool (*enough)(void),
	      void (*look_on)(void))
{
	__u64 start = race_now();

	race_enter(RACERS, ANY_CPU, false);
	race_start(of, count);
	while (!is_done(start, ns, enough)) {
		if (look_on)
			look_on();
		check_calls();
		usleep(look_on ? 1000 : 100000);
	}
	return race_stop();
}

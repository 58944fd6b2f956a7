/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that take the same pages again and again, and count what they got.
 */
#ifndef _DEVICE_EXCLUSIVE_TAKER_H
#define _DEVICE_EXCLUSIVE_TAKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "device_exclusive_range.h"

struct taker {
	range_t *range;
	int first, pages;	/* that it takes, of the range */
	int step;		/* how many at a time, from the end to the start if negative */
	int rounds;
	__u32 hold_us;
	__u64 got[MOST];	/* how often each page */
	long busy;
	int error;		/* that no page may end in */
	pthread_t thread;
};

static atomic_bool takers_done;

/* One call for @count pages from @from on. */
static inline void taker_call(struct taker *taker, int from, int count)
{
	range_t *range = taker->range;
	__s32 results[MOST];
	struct test_exclusive_make make = {
		.addr = (uintptr_t)page_at(range->va, from),
		.count = count,
		.how = range->how,
		.results = (uintptr_t)results,
		.add = ADD,
		.offset = COUNTER,
		.hold_us = taker->hold_us,
	};
	int i, ret = exclusive_make(range->fd, &make), made = 0;

	for (i = 0; i < count && !ret; i++) {
		made += !results[i];
		taker->got[from + i] += !results[i];
		taker->busy += results[i] == -EBUSY;
		if (results[i] && results[i] != -EBUSY)
			taker->error = results[i];
	}
	/* One page at least makes progress with each call. */
	if (ret || !made || make.made != made)
		taker->error = ret ?: -EIO;
}

static inline void taker_round(struct taker *taker)
{
	const int size = taker->step < 0 ? -taker->step : taker->step;
	int at;

	for (at = 0; at + size <= taker->pages && !taker->error; at += size)
		taker_call(taker, taker->first +
				  (taker->step < 0 ? taker->pages - size - at : at), size);
}

#define TAKER_SECONDS	4	/* a kernel with all checks does no more rounds than these allow */

static inline void *taker_run(void *arg)
{
	const time_t end = time(NULL) + TAKER_SECONDS;
	struct taker *taker = arg;
	int i;

	for (i = 0; i < taker->rounds && !taker->error && time(NULL) < end; i++)
		taker_round(taker);
	return NULL;
}

/* What it got is in the counters. */
static inline void taker_count(struct __test_metadata *_metadata, struct taker *taker)
{
	int i;

	EXPECT_EQ(0, taker->error);
	TH_LOG("busy: %ld", taker->busy);
	for (i = 0; i < taker->range->pages; i++)
		taker->range->counter[i] += taker->got[i] * ADD;
}

/* A CPU that adds, too, until all takers are done; each page is given back for that. */
static inline void *adder_run(void *arg)
{
	range_t *range = arg;
	int i;

	for (i = 0; !atomic_load(&takers_done); i = (i + 7) % range->pages) {
		__atomic_fetch_add((__u64 *)(page_at(range->va, i) + COUNTER), 1,
				   __ATOMIC_RELAXED);
		range->counter[i]++;
	}
	return NULL;
}

/* Two takers and an adder, and what they have left behind. */
static inline void check_takers(struct __test_metadata *_metadata, range_t *self,
				struct taker *takers)
{
	pthread_t adder;
	int i;

	for (i = 0; i < 2; i++)
		takers[i].range = self;
	ASSERT_EQ(0, pthread_create(&adder, NULL, adder_run, self));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&takers[i].thread, NULL, taker_run, &takers[i]));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_join(takers[i].thread, NULL));
	atomic_store(&takers_done, true);
	ASSERT_EQ(0, pthread_join(adder, NULL));
	for (i = 0; i < 2; i++)
		taker_count(_metadata, &takers[i]);
	check_counters(_metadata, self);
}

#endif /* _DEVICE_EXCLUSIVE_TAKER_H */

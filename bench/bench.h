/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on entries of one level, each measured in ROUNDS rounds.
 *
 * Prints a line per operation: its name, the level, the median of the rounds in tenths, and
 * the spread of the rounds in tenths. Time is the guest's, a nanosecond per instruction under
 * QEMU's -icount; the name of an operation that counts something else begins with what.
 */
#ifndef _BENCH_H
#define _BENCH_H

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../tools/testing/selftests/mm/pfnmap_level.h"

#define ROUNDS	3

/* An operation returns tenths for one. A row without a name is the last. */
struct row {
	const char *name;
	__u64 (*operation)(void);
	enum pfnmap_level level;
	__u64 size;	/* of what is mapped, bytes; 0 is all there is */
};

static inline __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static inline void check(const char *what, int ret)
{
	if (ret < 0)
		errx(1, "%s: %s", what, strerror(-ret));
}

static inline int by_value(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static inline void measure(const struct row *row)
{
	static const char * const levels[] = { "pte", "pmd", "pud" };
	__u64 round[ROUNDS];
	int i;

	row->operation();
	for (i = 0; i < ROUNDS; i++)
		round[i] = row->operation();
	qsort(round, ROUNDS, sizeof(round[0]), by_value);
	printf("%s %s %" PRIu64 " %" PRIu64 "\n", row->name, levels[row->level],
	       (uint64_t)round[ROUNDS / 2], (uint64_t)(round[ROUNDS - 1] - round[0]));
}

#endif /* _BENCH_H */

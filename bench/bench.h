/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on entries of one level, each measured in ROUNDS rounds.
 *
 * Prints a line per round: the operation's name, the level, and what one took, in tenths. Time
 * is the guest's, a nanosecond per instruction under QEMU's -icount; the name of an operation
 * that counts something else begins with what.
 */
#ifndef _BENCH_H
#define _BENCH_H

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/level.h"

#define ROUNDS	3

/* Names and sizes of rows are those of kernels with pages of 4 KiB, which dev/bench boots. */
#define KIB(n)	((n) * 1024ULL)
#define MIB(n)	((n) * 1024ULL * 1024)

#define MORE	3	/* results of an operation beside its own, at most */

/* An operation returns tenths for one. A row without a name is the last. */
struct row {
	const char *name;
	__u64 (*operation)(void);
	enum pfnmap_level level;
	__u64 size;	/* of what is mapped, bytes; 0 is each size of a scale */
	const char *more[MORE];	/* names of what the operation leaves in more[], if anything */
};

static __u64 more[MORE];	/* tenths of an operation's further results */
static char suffix[8];		/* of the names: the size within a scale */

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

static inline void print(const char *name, enum pfnmap_level level, const __u64 *round)
{
	static const char * const levels[] = { "pte", "pmd", "pud" };
	int i;

	for (i = 0; name && i < ROUNDS; i++)
		printf("%s%s %s %" PRIu64 "\n", name, suffix, levels[level], (uint64_t)round[i]);
}

/* What is done once, by the kernel or here, is done before the rounds. */
static inline void measure(const struct row *row)
{
	__u64 round[1 + MORE][ROUNDS];
	int i, j;

	row->operation();
	for (i = 0; i < ROUNDS; i++) {
		round[0][i] = row->operation();
		for (j = 0; j < MORE; j++)
			round[1 + j][i] = more[j];
	}
	print(row->name, row->level, round[0]);
	for (j = 0; j < MORE; j++)
		print(row->more[j], row->level, round[1 + j]);
}

#endif /* _BENCH_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on a BAR mapped by entries of one level, each measured in ROUNDS rounds.
 *
 * Prints a line per operation: its name, the level, the median of the rounds in tenths, and
 * the spread of the rounds in tenths. Time is the guest's, a nanosecond per instruction under
 * QEMU's -icount; the name of an operation that counts something else begins with what.
 */
#ifndef _BENCH_H
#define _BENCH_H

#include <err.h>
#include <inttypes.h>
#include <time.h>

#include "../tools/testing/selftests/mm/pfnmap_vfio.h"

#define ROUNDS	3

static struct pfnmap_bar bar;
static char *va;	/* where it is mapped */
static __u64 size;	/* of what is mapped, bytes */
static __u64 block;	/* of one entry, bytes */

/* An operation returns tenths for one; size 0 is the whole BAR. A row without a name is the last. */
struct row {
	const char *name;
	__u64 (*operation)(void);
	enum pfnmap_level level;
	__u64 size;
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

static inline void bench(const struct row *row)
{
	check("BAR_BDF must name a device bound to vfio-pci", bar_open(&bar));
	for (; row->name; row++) {
		if (row->level > PFNMAP_MAX_LEVEL)
			continue;
		size = row->size ?: bar.size;
		block = pfnmap_size(row->level);
		va = bar_map(&bar, row->level, PROT_READ | PROT_WRITE, 0, size);
		check("mmap", va == MAP_FAILED ? -errno : 0);
		bar_touch(va, size, block);
		measure(row);
		munmap(va, size);
	}
}

#endif /* _BENCH_H */

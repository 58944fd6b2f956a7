// SPDX-License-Identifier: GPL-2.0
/*
 * Nanoseconds of kernel time, which are guest instructions under QEMU's -icount, per
 * operation on a BAR mapped by entries of one level.
 *
 * Prints a line per operation: its name, the level, the median of the rounds in tenths, and
 * the spread of the rounds in tenths.
 */
#include <err.h>
#include <inttypes.h>
#include <time.h>

#include "../tools/testing/selftests/mm/pfnmap_vfio.h"

#define ROUNDS	3
#define PAIRS	1000

static struct pfnmap_bar bar;
static char *va;
static __u64 size;	/* of what is mapped at va */
static int test_fd;

static __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void check(const char *what, int ret)
{
	if (ret < 0)
		errx(1, "%s: %s", what, strerror(-ret));
}

/* Operations return tenths of nanoseconds for one. */

static __u64 follow(void)
{
	struct test_pfnmap_follow f;

	check("follow", pfnmap_follow(test_fd, va, PAIRS, &f));
	return f.ns * 10 / PAIRS;
}

static __u64 dma_map(void)
{
	__u64 start = now(), end;

	check("DMA map", bar_dma_map(&bar, va, PFNMAP_IOVA, size, BAR_DMA_RW));
	end = now();
	check("DMA unmap", bar_dma_unmap(&bar, PFNMAP_IOVA, size) == (__s64)size ? 0 : -EIO);
	return (end - start) * 10;
}

/* Size 0 is the whole BAR. */
static const struct row {
	const char *name;
	__u64 (*operation)(void);
	enum pfnmap_level level;
	__u64 size;
} rows[] = {
	{ "follow", follow, PFNMAP_PTE, PFNMAP_2M },
	{ "follow", follow, PFNMAP_PMD, PFNMAP_2M },
	{ "follow", follow, PFNMAP_PUD, PFNMAP_1G },
	{ "dma-map-2M", dma_map, PFNMAP_PTE, PFNMAP_2M },
	{ "dma-map-BAR", dma_map, PFNMAP_PMD, 0 },
	{ "dma-map-BAR", dma_map, PFNMAP_PUD, 0 },
	{ }
};

static int by_value(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void run(const struct row *row)
{
	static const char * const levels[] = { "pte", "pmd", "pud" };
	__u64 round[ROUNDS];
	int i;

	size = row->size ?: bar.size;
	va = bar_map(&bar, row->level, PROT_READ | PROT_WRITE, 0, size);
	check("mmap", va == MAP_FAILED ? -errno : 0);
	bar_touch(va, size, pfnmap_size(row->level));
	row->operation();
	for (i = 0; i < ROUNDS; i++)
		round[i] = row->operation();
	qsort(round, ROUNDS, sizeof(round[0]), by_value);
	printf("%s %s %" PRIu64 " %" PRIu64 "\n", row->name, levels[row->level],
	       (uint64_t)round[ROUNDS / 2], (uint64_t)(round[ROUNDS - 1] - round[0]));
	munmap(va, size);
}

int main(void)
{
	const struct row *row;

	check("BAR_BDF must name a device bound to vfio-pci", bar_open(&bar));
	test_fd = pfnmap_follow_open();
	check("/dev/test_pfnmap (the kernel needs CONFIG_TEST_PFNMAP=y)", test_fd);
	for (row = rows; row->name; row++)
		if (row->level <= PFNMAP_MAX_LEVEL)
			run(row);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * memory_failure() of one page in a block that one process maps: the write to hwpoison's corrupt-pfn
 * of another process, which does not map it, so that it gets no signal; and ("-and-read") with the reads
 * of what stays mapped. What memory failure prints is formatted, and not shown: the console is slow.
 */
#include <fcntl.h>
#include <sys/klog.h>
#include <unistd.h>

#include "lib/source.h"
#include "part.h"

#define CORRUPT_PFN	"/sys/kernel/debug/hwpoison/corrupt-pfn"
#define CONSOLE_LEVEL	8	/* of klogctl(): what is less than this is shown */
#define CRITICAL	3
#define ALL		8

static struct pfnmap_source source;
static enum pfnmap_level level;
static __u64 size;	/* of what is mapped, bytes */
static int registered;	/* a file: while it is open, memory failure knows the fake BAR */
static int asks, answers;

/* The other process: reads numbers of frames, answers by nanoseconds. */
static void inject(int orders, int results)
{
	int fd = open(CORRUPT_PFN, O_WRONLY);
	char text[32];
	__u64 pfn, start, took;

	check(CORRUPT_PFN, fd < 0 ? -errno : 0);
	while (read(orders, &pfn, sizeof(pfn)) == sizeof(pfn)) {
		int length = snprintf(text, sizeof(text), "%llu", pfn);
		ssize_t written;

		start = now();
		written = write(fd, text, length);
		took = now() - start;
		check(CORRUPT_PFN, written == length ? 0 : -errno);
		check("pipe", write(results, &took, sizeof(took)) == sizeof(took) ? 0 : -EPIPE);
	}
	_exit(0);
}

static void start_other(void)
{
	int orders[2], results[2];
	pid_t pid;

	check("pipe", pipe(orders) || pipe(results) ? -errno : 0);
	pid = fork();
	check("fork", pid < 0 ? -errno : 0);
	if (!pid) {
		close(orders[1]);
		inject(orders[0], results[1]);
	}
	close(results[1]);
	asks = orders[1];
	answers = results[0];
}

static void map_block(struct part *part)
{
	registered = pfnmap_follow_open();
	check("/dev/test_pfnmap", registered);
	check("poisonable", pfnmap_ioctl(registered, TEST_PFNMAP_POISONABLE, NULL));
	part->va = source_map(&source, level, RW, 0, size);
	check("mmap", part->va == MAP_FAILED ? -errno : 0);
	part_block = size;
	bar_touch(part->va, size, pfnmap_size(level));
}

static __u64 poison(struct part *part)
{
	__u64 pfn = (source.phys + (part->at - part->va)) / PAGE_SIZE, took;

	check("pipe", write(asks, &pfn, sizeof(pfn)) == sizeof(pfn) ? 0 : -EPIPE);
	check("poison", read(answers, &took, sizeof(took)) == sizeof(took) ? 0 : -EIO);
	return took;
}

static void unmap_block(struct part *part)
{
	check("munmap", munmap(part->va, size) ? -errno : 0);
	close(registered);
}

static __u64 poison_page(void)
{
	return part_median(PAGE_SIZE, map_block, poison, unmap_block);
}

static void bench_poison(const struct row *row)
{
	level = row->level;
	size = row->size;
	check("/dev/test_pfnmap", source_open(&source, &device_kind, level));
	measure(row);
	close(source.file);
	close(source.pages);
}

#define ROW(level, size)								\
	{ "poison-part-4K", poison_page, level, size,					\
	  { "poison-part-4K-and-read", "faults-poison-part-4K" } }

static const struct row rows[] = {
	ROW(PFNMAP_PTE, MIB(2)),
	ROW(PFNMAP_PMD, MIB(2)),
	ROW(PFNMAP_PUD, PFNMAP_1G),
	{ }
};

int main(void)
{
	const struct row *row;

	check("mlockall", mlockall(MCL_CURRENT) ? -errno : 0);
	check("console", klogctl(CONSOLE_LEVEL, NULL, CRITICAL) ? -errno : 0);
	start_other();
	for (row = rows; row->name; row++)
		if (row->level <= pfnmap_top())
			bench_poison(row);
	check("console", klogctl(CONSOLE_LEVEL, NULL, ALL) ? -errno : 0);
	return 0;
}

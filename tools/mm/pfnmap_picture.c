// SPDX-License-Identifier: GPL-2.0
/*
 * A picture of how a PCI BAR is mapped: entries of each level, faults, page tables, lookups.
 *
 * Maps the whole BAR named by BAR_BDF and BAR_INDEX through vfio-pci, writes to each PMD
 * of it, maps it for DMA, looks every block up and reads everything back.
 * The argument is the unit of the kernel's clock, "instructions" under QEMU's -icount.
 */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/lookup.h"
#include "lib/vfio.h"
#include "pfnmap_print.h"

#define WIDTH	40	/* of a bar in the chart, characters */
#define PAIRS	1000	/* lookups timed together */

static struct pfnmap_bar bar;
static char *va;
static int test_fd;
static int rust;

static struct {
	__u64 bytes[PFNMAP_PUD + 1];
	__u64 cost[PFNMAP_PUD + 1];	/* of one lookup */
	__u64 lookups, faults, tables, dma;
} seen;

static __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Bytes of page tables of this process. */
static __u64 page_tables(void)
{
	unsigned long long kib = 0;
	char line[256];
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmPTE: %llu", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib << 10;
}

static __u64 pattern(__u64 at)
{
	return (at + 1) * 0x9e3779b97f4a7c15ULL;
}

static void touch_all(void)
{
	__u64 tables = page_tables(), at;
	long faults = pfnmap_faults();

	for (at = 0; at < bar.size; at += PMD_SIZE)
		bar_write(va + at, pattern(at));
	seen.faults = pfnmap_faults() - faults;
	seen.tables = page_tables() - tables;
}

static void map_for_dma(void)
{
	__u64 start = now();
	int ret = bar_dma_map(&bar, va, PFNMAP_IOVA, bar.size, BAR_DMA_RW);

	seen.dma = now() - start;
	if (ret)
		errx(1, "cannot map the BAR for DMA: %s", strerror(-ret));
}

/* Looks @at up, which must give the right frame, and returns the level of its entry. */
static enum pfnmap_level look_up(__u64 at, __u64 pairs)
{
	struct test_pfnmap_follow f;
	int ret = pfnmap_follow(test_fd, va + at, pairs, &f), level = PFNMAP_PTE;

	if (ret)
		errx(1, "lookup at BAR offset %#" PRIx64 " failed: %s", (uint64_t)at, strerror(-ret));
	if (f.pfn != (bar.phys + at) / PAGE_SIZE)
		errx(1, "lookup at BAR offset %#" PRIx64 " gave a wrong frame", (uint64_t)at);
	while (level < PFNMAP_PUD && ~f.addr_mask + 1 > pfnmap_size(level))
		level++;
	if (pairs > 1)
		seen.cost[level] = f.ns / pairs;
	rust = f.rust;
	seen.lookups += pairs;
	return level;
}

static void look_up_all(void)
{
	enum pfnmap_level level;
	__u64 at, size;

	for (at = 0; at < bar.size; at += size) {
		level = look_up(at, 1);
		size = level == PFNMAP_PTE ? PAGE_SIZE : PMD_SIZE;
		if (!seen.bytes[level])
			look_up(at, PAIRS);
		seen.bytes[level] += size;
	}
}

static void read_back_all(void)
{
	__u64 at;

	for (at = 0; at < bar.size; at += PMD_SIZE)
		if (bar_read(va + at) != pattern(at))
			errx(1, "the block at BAR offset %#" PRIx64 " read back wrong", (uint64_t)at);
}

/* Printing */

static void print_level(enum pfnmap_level level)
{
	int length = (seen.bytes[level] * WIDTH + bar.size - 1) / bar.size;

	printf("  %s entries  |%-*.*s|%8s  %s\n", bytes(pfnmap_size(level)), WIDTH, length,
	       "########################################",
	       grouped(seen.bytes[level] / pfnmap_size(level)), bytes(seen.bytes[level]));
}

static void print_cost(enum pfnmap_level level, const char *unit)
{
	if (seen.bytes[level])
		printf("  lookup, %s    %12s %s\n", bytes(pfnmap_size(level)),
		       grouped(seen.cost[level]), unit);
}

static void print_picture(const char *unit)
{
	printf("BAR %d of %s: %s, mapped through vfio-pci\n\n",
	       bar.index, getenv("BAR_BDF"), bytes(bar.size));
	print_level(PFNMAP_PUD);
	print_level(PFNMAP_PMD);
	print_level(PFNMAP_PTE);
	printf("\n  faults taken     %12s   (%s by %s entries)\n", grouped(seen.faults),
	       grouped(bar.size / PAGE_SIZE), bytes(PAGE_SIZE));
	printf("  page tables      %12s   (%s by %s entries)\n", bytes(seen.tables),
	       bytes(bar.size / PMD_SIZE * PAGE_SIZE), bytes(PAGE_SIZE));
	print_cost(PFNMAP_PUD, unit);
	print_cost(PFNMAP_PMD, unit);
	print_cost(PFNMAP_PTE, unit);
	printf("  DMA map, all     %12s %s\n", grouped(seen.dma), unit);
	printf("\n%s lookups served by %s, all right; every %s written and read back.\n",
	       grouped(seen.lookups), rust ? "Rust" : "C", bytes(PMD_SIZE));
}

int main(int argc, char **argv)
{
	int ret = bar_open(&bar);

	if (ret)
		errx(1, "cannot open the BAR: %s (BAR_BDF must name a device bound to vfio-pci)",
		     strerror(-ret));
	test_fd = pfnmap_follow_open();
	if (test_fd < 0)
		errx(1, "no /dev/test_pfnmap: build the kernel with CONFIG_TEST_PFNMAP=y");
	va = bar_map(&bar, PFNMAP_PUD, PROT_READ | PROT_WRITE, 0, bar.size);
	if (va == MAP_FAILED)
		errx(1, "cannot map the BAR: %s", strerror(errno));
	touch_all();
	map_for_dma();
	look_up_all();
	read_back_all();
	print_picture(argc > 1 ? argv[1] : "ns");
	return 0;
}

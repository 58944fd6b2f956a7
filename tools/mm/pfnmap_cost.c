// SPDX-License-Identifier: GPL-2.0
/*
 * How a PCI BAR is mapped, as the tool pfnmap draws it, and what that costs: faults, page tables,
 * lookups, mapping it for DMA.
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
#include "pfnmap_draw.h"
#include "pfnmap_print.h"

#define PAIRS	1000	/* lookups timed together */

static struct pfnmap_bar bar;
static char *va;
static enum pfnmap_level level;	/* at which it can be mapped */
static __u64 step;	/* from one word that is written to the next, bytes */
static int test_fd;
static int rust;

static struct {
	__u64 lookups, lookup, faults, tables, dma;
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

static void touch_all(void)
{
	__u64 tables = page_tables(), at;
	long faults = pfnmap_faults();

	for (at = 0; at < bar.size; at += step)
		bar_write(va + at, word(at));
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

/* Looks @at up @count times, which must give the right frame, and returns the time that took. */
static __u64 look_up(__u64 at, __u64 count)
{
	struct test_pfnmap_follow f;
	int ret = pfnmap_follow(test_fd, va + at, count, &f);

	if (ret)
		errx(1, "lookup at BAR offset %#" PRIx64 " failed: %s", (uint64_t)at, strerror(-ret));
	if (f.pfn != (bar.phys + at) / PAGE_SIZE)
		errx(1, "lookup at BAR offset %#" PRIx64 " gave a wrong frame", (uint64_t)at);
	rust = f.rust;
	seen.lookups += count;
	return f.ns;
}

static void look_up_all(void)
{
	__u64 at;

	for (at = 0; at < bar.size; at += step)
		look_up(at, 1);
	seen.lookup = look_up(0, PAIRS) / PAIRS;
}

static void read_back_all(void)
{
	__u64 at;

	for (at = 0; at < bar.size; at += step)
		if (bar_read(va + at) != word(at))
			errx(1, "the block at BAR offset %#" PRIx64 " read back wrong", (uint64_t)at);
}

static void print_figures(const char *unit)
{
	printf("\nfaults taken     %12s   (%s by %s entries)\n", grouped(seen.faults),
	       grouped(bar.size / PAGE_SIZE), bytes(PAGE_SIZE));
	printf("page tables      %12s   (%s by %s entries)\n", bytes(seen.tables),
	       bytes(pfnmap_align(bar.size, PMD_SIZE) / PMD_SIZE * PAGE_SIZE), bytes(PAGE_SIZE));
	printf("lookup, %s    %12s %s\n", bytes(pfnmap_size(level)), grouped(seen.lookup), unit);
	printf("DMA map, all     %12s %s\n", grouped(seen.dma), unit);
	printf("\n%s lookups served by %s, all right; every %s written and read back.\n",
	       grouped(seen.lookups), rust ? "Rust" : "C", bytes(step));
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
	level = largest_level(bar.size);
	/* Only where pages are larger than 4 KiB is a BAR of 2 MiB mapped by pages. */
	step = level == PFNMAP_PTE ? PAGE_SIZE : PMD_SIZE;
	touch_all();
	map_for_dma();
	look_up_all();
	read_back_all();
	fputs(draw_bar(getpid(), bar.index, bar.size), stdout);
	print_figures(argc > 1 ? argv[1] : "ns");
	return 0;
}

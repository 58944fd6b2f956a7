// SPDX-License-Identifier: GPL-2.0
/*
 * The fault that maps one block of a BAR, by a read and by a write, and how many a BAR takes.
 */
#include "bar.h"

#define FAULTS	4096	/* at least, so that reading the clock does not count */

/* Leaves the page tables: later faults find the tables they need. */
static void zap(void)
{
	check("memory decode off", bar_decode_off(&bar));
	check("memory decode on", bar_decode_on(&bar));
}

static void write_blocks(void)
{
	__u64 at;

	for (at = 0; at < size; at += block)
		bar_write(va + at, at);
}

static void read_blocks(void)
{
	bar_touch(va, size, block);
}

static __u64 fault(void (*touch)(void))
{
	__u64 blocks = size / block, count = 0, total = 0, start;

	for (; count < FAULTS; count += blocks) {
		zap();
		start = now();
		touch();
		total += now() - start;
	}
	return total * 10 / count;
}

static __u64 fault_read(void)
{
	return fault(read_blocks);
}

static __u64 fault_write(void)
{
	return fault(write_blocks);
}

static __u64 count_write(void)
{
	long before;

	zap();
	before = pfnmap_faults();
	write_blocks();
	return (pfnmap_faults() - before) * 10;
}

static const struct row rows[] = {
	{ "fault-read", fault_read, PFNMAP_PTE, PFNMAP_2M },
	{ "fault-read", fault_read, PFNMAP_PMD, 0 },
	{ "fault-read", fault_read, PFNMAP_PUD, 0 },
	{ "fault-write", fault_write, PFNMAP_PTE, PFNMAP_2M },
	{ "fault-write", fault_write, PFNMAP_PMD, 0 },
	{ "fault-write", fault_write, PFNMAP_PUD, 0 },
	{ "faults-write-2M", count_write, PFNMAP_PTE, PFNMAP_2M },
	{ "faults-write-BAR", count_write, PFNMAP_PMD, 0 },
	{ "faults-write-BAR", count_write, PFNMAP_PUD, 0 },
	{ }
};

int main(void)
{
	bench(rows);
	return 0;
}

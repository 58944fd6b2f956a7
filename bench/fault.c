// SPDX-License-Identifier: GPL-2.0
/*
 * The fault that maps one block of a BAR, by a read and by a write, and how many writes take.
 */
#include "bar.h"

#define FAULTS	4096	/* at least, so that reading the clock does not count */

static void write_blocks(void)
{
	__u64 at;

	for (at = 0; at < size; at += block)
		bar_write(va + at, at);
}

static __u64 fault(void (*access)(void))
{
	__u64 blocks = size / block, count = 0, total = 0, start;

	for (; count < FAULTS; count += blocks) {
		zap();
		start = now();
		access();
		total += now() - start;
	}
	return total * 10 / count;
}

static __u64 fault_read(void)
{
	return fault(touch);
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
	{ "fault-read", fault_read, PFNMAP_PTE, MIB(2) },
	{ "fault-read", fault_read, PFNMAP_PMD, 16 * PFNMAP_1G },
	{ "fault-read", fault_read, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ "fault-write", fault_write, PFNMAP_PTE, MIB(2) },
	{ "fault-write", fault_write, PFNMAP_PMD, 16 * PFNMAP_1G },
	{ "fault-write", fault_write, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ "faults-write-2M", count_write, PFNMAP_PTE, MIB(2) },
	{ "faults-write-16G", count_write, PFNMAP_PMD, 16 * PFNMAP_1G },
	{ "faults-write-16G", count_write, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ }
};

int main(void)
{
	bench(rows);
	return 0;
}

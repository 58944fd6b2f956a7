// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that a device takes for atomic access, singly and all in one call, and that faults of the
 * CPU take back; fork() of a process that has such pages; and collecting pages for a migration.
 */
#include "lib/exclusive.h"
#include "lib/memory.h"
#include "fork.h"

#define PAGES	512	/* those of one page table */
#define SOME	64
#define REPEATS	8	/* so that neither the clock nor its interrupt counts */

static int device;
static int pages = PAGES;	/* that are written and taken */
static char *va;

static void write_pages(void)
{
	int i;

	for (i = 0; i < pages; i++)
		bar_write(va + i * PAGE_SIZE, i);
}

static void read_pages(void)
{
	int i;

	for (i = 0; i < PAGES; i++)
		bar_read(va + i * PAGE_SIZE);
}

/* These return nanoseconds for all pages. */

static __u64 take(__u32 how)
{
	struct test_exclusive_make m = { .addr = (uintptr_t)va, .count = pages, .how = how };

	write_pages();
	check("make exclusive", exclusive_make(device, &m));
	check("not every page exclusive", m.made == pages ? 0 : -EBUSY);
	return m.ns;
}

static __u64 take_singly(void)
{
	return take(TEST_EXCLUSIVE_SINGLE);
}

static __u64 take_range(void)
{
	return take(TEST_EXCLUSIVE_RANGE);
}

static __u64 fault(void (*touch)(void))
{
	__u64 start;

	take(TEST_EXCLUSIVE_RANGE);
	start = now();
	touch();
	return now() - start;
}

static __u64 fault_write(void)
{
	return fault(write_pages);
}

static __u64 fault_read(void)
{
	return fault(read_pages);
}

static __u64 collect(void)
{
	struct test_exclusive_collect c;

	write_pages();
	check("collect", exclusive_collect(device, va, PAGES, &c));
	check("not every page collected", c.collected == PAGES ? 0 : -EBUSY);
	return c.ns;
}

/* And these tenths for one. */

static __u64 mean(__u64 (*all_pages)(void))
{
	__u64 total = 0;
	int i;

	for (i = 0; i < REPEATS; i++)
		total += all_pages();
	return total * 10 / (REPEATS * PAGES);
}

static __u64 exclusive_single(void)
{
	return mean(take_singly);
}

static __u64 exclusive_range(void)
{
	return mean(take_range);
}

static __u64 exclusive_fault(void)
{
	return mean(fault_write);
}

static __u64 exclusive_fault_read(void)
{
	return mean(fault_read);
}

static void before_fork(void)
{
	take(TEST_EXCLUSIVE_RANGE);
}

static __u64 exclusive_fork(void)
{
	return fork_quartile(FORKS, before_fork);
}

/* The same where there are no other pages than the first. */
static __u64 exclusive_fork_some(void)
{
	__u64 took;

	pages = SOME;
	check("madvise", madvise(va + SOME * PAGE_SIZE, (PAGES - SOME) * PAGE_SIZE,
				 MADV_DONTNEED) ? -errno : 0);
	took = exclusive_fork();
	pages = PAGES;
	return took;
}

static __u64 migrate_collect(void)
{
	return mean(collect);
}

/* Nothing that happens to a page the first few times only is left to happen. */
static void settle(void)
{
	int i;

	for (i = 0; i < 4; i++) {
		take_singly();
		take_range();
		collect();
	}
}

static const struct row rows[] = {
	{ "exclusive-make", exclusive_single, PFNMAP_PTE },
	{ "exclusive-range", exclusive_range, PFNMAP_PTE },
	{ "exclusive-fault", exclusive_fault, PFNMAP_PTE },
	{ "exclusive-fault-read", exclusive_fault_read, PFNMAP_PTE },
	{ "exclusive-fork-256K", exclusive_fork_some, PFNMAP_PTE },
	{ "exclusive-fork-2M", exclusive_fork, PFNMAP_PTE },
	{ "migrate-collect", migrate_collect, PFNMAP_PTE },
	{ }
};

int main(void)
{
	const struct row *row;

	device = exclusive_open();
	check("/dev/test_device_exclusive", device);
	va = map_small(PAGES * PAGE_SIZE);
	check("mmap", va == MAP_FAILED ? -errno : 0);
	settle();
	run_before_children();
	for (row = rows; row->name; row++)
		measure(row);
	return 0;
}

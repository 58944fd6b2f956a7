// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of a small process that has the frames of the test device mapped private and has only read
 * them, until it returns in the parent; as in fork.c. vfio has no private mappings.
 */
#include "lib/source.h"
#include "fork.h"

static struct pfnmap_source source;

static __u64 fork_private(void)
{
	return fork_quartile(FORKS, NULL);
}

static void bench_private(const struct row *row)
{
	__u64 step = pfnmap_size(row->level);
	char *va;
	long before;

	check("/dev/test_pfnmap", source_open(&source, &mixedmap_kind, row->level));
	check("the fake BAR is too small", source.size < row->size ? -ENOSPC : 0);
	va = pfnmap_pick(row->level, source.phys, row->size);
	check("no room", va == MAP_FAILED ? -errno : 0);
	va = mmap(va, row->size, RW, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, source.file, 0);
	check("mmap", va == MAP_FAILED ? -errno : 0);
	before = pfnmap_faults();
	bar_touch(va, row->size, step);
	check("other entries than asked for",
	      pfnmap_faults() - before == (long)(row->size / step) ? 0 : -EFAULT);
	measure(row);
	check("munmap", munmap(va, row->size) ? -errno : 0);
	close(source.file);
	close(source.pages);
}

static const struct row rows[] = {
	{ "fork-private-2M", fork_private, PFNMAP_PTE, MIB(2) },
	{ "fork-private-64M", fork_private, PFNMAP_PTE, MIB(64) },
	{ "fork-private-2M", fork_private, PFNMAP_PMD, MIB(2) },
	{ "fork-private-1G", fork_private, PFNMAP_PMD, PFNMAP_1G },
	{ "fork-private-2G", fork_private, PFNMAP_PUD, 2 * PFNMAP_1G },
	{ }
};

int main(void)
{
	const struct row *row;

	check("mlockall", mlockall(MCL_CURRENT) ? -errno : 0);
	run_before_children();
	for (row = rows; row->name; row++)
		if (row->level <= pfnmap_top())
			bench_private(row);
	return 0;
}

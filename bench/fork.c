// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of a small process that has a BAR mapped, until it returns in the parent.
 */
#include "bar.h"
#include "fork.h"

static __u64 fork_bar(void)
{
	/* Seconds for many entries, in the child's end above all. */
	return fork_quartile(size / block > 1 << 17 ? 5 : FORKS, NULL);
}

static const struct row rows[] = {
	{ "fork-2M", fork_bar, PFNMAP_PTE, MIB(2) },
	{ "fork-1G", fork_bar, PFNMAP_PTE, PFNMAP_1G },
	{ "fork", fork_bar, PFNMAP_PMD },
	{ "fork", fork_bar, PFNMAP_PUD },
	{ }
};

int main(void)
{
	run_before_children();
	bench(rows);
	return 0;
}

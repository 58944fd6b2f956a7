// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of a small process that has a BAR mapped, until it returns in the parent.
 */
#include "bar.h"
#include "fork.h"

static __u64 fork_bar(void)
{
	return fork_median(NULL);
}

static const struct row rows[] = {
	{ "fork-2M", fork_bar, PFNMAP_PTE, PFNMAP_2M },
	{ "fork-BAR", fork_bar, PFNMAP_PMD, 0 },
	{ "fork-BAR", fork_bar, PFNMAP_PUD, 0 },
	{ }
};

int main(void)
{
	run_before_children();
	bench(rows);
	return 0;
}

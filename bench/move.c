// SPDX-License-Identifier: GPL-2.0
/*
 * mremap() of all that a mapping has: the system call, with the page tables that it makes where the
 * entries go and frees where they were. None of the sizes has a table of its own that could be moved
 * as a whole: entries are.
 */
#include "bar.h"

#define MOVES	16	/* there and back, an even number */

static __u64 move_once(char *to)
{
	__u64 start = now(), end;
	char *at = mremap(va, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);

	end = now();
	check("mremap", at == MAP_FAILED ? -errno : 0);
	va = at;
	return end - start;
}

/* Of some the timer takes a part, which the median leaves out. */
static __u64 move(void)
{
	char *from = va, *to = pfnmap_pick(level, bar.phys, size);
	__u64 took[MOVES];
	long before;
	int i;

	check("no room", to == MAP_FAILED ? -errno : 0);
	before = pfnmap_faults();
	for (i = 0; i < MOVES; i++)
		took[i] = move_once(va == from ? to : from);
	touch();
	check("an entry was lost", pfnmap_faults() == before ? 0 : -EFAULT);
	qsort(took, MOVES, sizeof(took[0]), by_value);
	return took[MOVES / 2] * 10;
}

static const struct row rows[] = {
	{ "mremap-256K", move, PFNMAP_PTE, KIB(256) },
	{ "mremap-1M", move, PFNMAP_PTE, MIB(1) },
	{ "mremap-2M", move, PFNMAP_PMD, MIB(2) },
	{ "mremap-512M", move, PFNMAP_PMD, PFNMAP_1G / 2 },
	{ "mremap-1G", move, PFNMAP_PUD, PFNMAP_1G },
	{ "mremap-16G", move, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ }
};

int main(void)
{
	check("mlockall", mlockall(MCL_CURRENT) ? -errno : 0);
	stock_top = PFNMAP_PMD;
	bench(rows);
	return 0;
}

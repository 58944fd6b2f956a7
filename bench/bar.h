/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on a BAR, or the start of it, that is mapped by entries of the level of the row.
 */
#ifndef _BAR_H
#define _BAR_H

#include "../tools/testing/selftests/mm/pfnmap_vfio.h"
#include "bench.h"

static struct pfnmap_bar bar;
static char *va;	/* where it is mapped */
static __u64 size;	/* of what is mapped, bytes */
static __u64 block;	/* of one entry, bytes */

static inline void bench(const struct row *row)
{
	check("BAR_BDF must name a device bound to vfio-pci", bar_open(&bar));
	for (; row->name; row++) {
		if (row->level > PFNMAP_MAX_LEVEL)
			continue;
		size = row->size ?: bar.size;
		block = pfnmap_size(row->level);
		va = bar_map(&bar, row->level, PROT_READ | PROT_WRITE, 0, size);
		check("mmap", va == MAP_FAILED ? -errno : 0);
		bar_touch(va, size, block);
		measure(row);
		munmap(va, size);
	}
}

#endif /* _BAR_H */

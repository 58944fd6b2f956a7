// SPDX-License-Identifier: GPL-2.0
/*
 * All of a new mapping filled by faults, one read in each block, and emptied by turning memory decode
 * off: instructions of both, the faults, and the page tables that they leave.
 */
#include "bar.h"

static __u64 decode_off(void)
{
	__u64 start = now(), end;

	check("memory decode off", bar_decode_off(&bar));
	end = now();
	check("memory decode on", bar_decode_on(&bar));
	return end - start;
}

static __u64 fill_and_zap(void)
{
	__u64 start, took, kib;
	long faults;

	unmap();
	map();
	kib = tables_kib();
	faults = pfnmap_faults();
	start = now();
	touch();
	took = now() - start;
	more[0] = (pfnmap_faults() - faults) * 10;
	more[1] = (tables_kib() - kib) * 1024 / PAGE_SIZE * 10;
	more[2] = decode_off() * 10;
	return took * 10;
}

static const struct row rows[] = {
	{ "fault-all-2M", fill_and_zap, PFNMAP_PTE, MIB(2),
	  { "faults-all-2M", "tables-all-2M", "zap-2M" } },
	{ "fault-all-1G", fill_and_zap, PFNMAP_PTE, PFNMAP_1G,
	  { "faults-all-1G", "tables-all-1G", "zap-1G" } },
	{ "fault-all", fill_and_zap, PFNMAP_PMD, 0, { "faults-all", "tables-all", "zap" } },
	{ "fault-all", fill_and_zap, PFNMAP_PUD, 0, { "faults-all", "tables-all", "zap" } },
	{ }
};

int main(void)
{
	check("mlockall", mlockall(MCL_CURRENT) ? -errno : 0);
	bench(rows);
	return 0;
}

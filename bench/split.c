// SPDX-License-Identifier: GPL-2.0
/*
 * A part of a block is made read-only, and all of the block is read again: instructions of both, the
 * faults and the page tables that they lead to. And reading smaps, with the faults after it.
 */
#include <fcntl.h>
#include <unistd.h>

#include "bar.h"

static __u64 took, tables;	/* of the last cut(): instructions, and pages */
static long faults;

/* A block that was cut stays so: each time another mapping. */
static void map_anew(void)
{
	unmap();
	map();
	touch();
}

static void cut(__u64 part)
{
	__u64 offset = block / 2, start, kib;

	map_anew();
	kib = tables_kib();
	faults = pfnmap_faults();
	start = now();
	check("mprotect", mprotect(va + offset, part, PROT_READ) ? -errno : 0);
	bar_touch(va, block, block / 512);
	/* Where the part is smaller than that, those beside it. */
	bar_touch(va + offset, part < block / 512 ? block / 512 : part, part);
	took = now() - start;
	faults = pfnmap_faults() - faults;
	tables = (tables_kib() - kib) * 1024 / PAGE_SIZE;
}

static __u64 cut_512th(void)
{
	cut(block / 512);
	return took * 10;
}

static __u64 faults_512th(void)
{
	cut(block / 512);
	return faults * 10;
}

static __u64 cut_page(void)
{
	cut(PAGE_SIZE);
	return took * 10;
}

static __u64 faults_page(void)
{
	cut(PAGE_SIZE);
	return faults * 10;
}

static __u64 tables_page(void)
{
	cut(PAGE_SIZE);
	return tables * 10;
}

static void read_smaps(void)
{
	static char text[1 << 16];
	int fd = open("/proc/self/smaps", O_RDONLY);

	check("/proc/self/smaps", fd < 0 ? -errno : 0);
	while (read(fd, text, sizeof(text)) > 0)
		;
	close(fd);
}

static __u64 smaps(void)
{
	__u64 start = now();

	read_smaps();
	return (now() - start) * 10;
}

static __u64 faults_smaps(void)
{
	map_anew();
	read_smaps();
	faults = pfnmap_faults();
	touch();
	return (pfnmap_faults() - faults) * 10;
}

static const struct row rows[] = {
	{ "cut-4K", cut_512th, PFNMAP_PMD, MIB(2) },
	{ "faults-cut-4K", faults_512th, PFNMAP_PMD, MIB(2) },
	{ "cut-2M", cut_512th, PFNMAP_PUD, PFNMAP_1G },
	{ "faults-cut-2M", faults_512th, PFNMAP_PUD, PFNMAP_1G },
	{ "cut-4K", cut_page, PFNMAP_PUD, PFNMAP_1G },
	{ "faults-cut-4K", faults_page, PFNMAP_PUD, PFNMAP_1G },
	{ "tables-cut-4K", tables_page, PFNMAP_PUD, PFNMAP_1G },
	{ "smaps-1G", smaps, PFNMAP_PMD, PFNMAP_1G },
	{ "smaps-16G", smaps, PFNMAP_PMD, 16 * PFNMAP_1G },
	{ "faults-smaps-16G", faults_smaps, PFNMAP_PMD, 16 * PFNMAP_1G },
	{ "smaps-1G", smaps, PFNMAP_PUD, PFNMAP_1G },
	{ "smaps-16G", smaps, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ "faults-smaps-16G", faults_smaps, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ }
};

int main(void)
{
	check("mlockall", mlockall(MCL_CURRENT) ? -errno : 0);
	stock_top = PFNMAP_PMD;
	bench(rows);
	return 0;
}

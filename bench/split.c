// SPDX-License-Identifier: GPL-2.0
/*
 * A part of a block is made read-only, and all of the block is read again: instructions of both, the
 * faults and the page tables that they lead to. And reading smaps, with the faults after it.
 */
#include "bar.h"

static __u64 took, tables;	/* of the last cut(): instructions, and pages */
static long faults;

static __u64 tables_kib(void)
{
	char line[256];
	unsigned long kib = 0;
	FILE *status = fopen("/proc/self/status", "r");

	check("/proc/self/status", status ? 0 : -errno);
	while (fgets(line, sizeof(line), status))
		sscanf(line, "VmPTE: %lu", &kib);
	fclose(status);
	return kib;
}

/* A block that was cut stays so: each time another mapping. */
static void map_anew(void)
{
	munmap(va, size);
	va = bar_map(&bar, block == PFNMAP_1G ? PFNMAP_PUD : PFNMAP_PMD, PROT_READ | PROT_WRITE, 0,
		     size);
	check("mmap", va == MAP_FAILED ? -errno : 0);
	bar_touch(va, size, block);
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
	tables = (tables_kib() - kib) * 1024 / PFNMAP_4K;
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
	cut(PFNMAP_4K);
	return took * 10;
}

static __u64 faults_page(void)
{
	cut(PFNMAP_4K);
	return faults * 10;
}

static __u64 tables_page(void)
{
	cut(PFNMAP_4K);
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
	bar_touch(va, size, block);
	return (pfnmap_faults() - faults) * 10;
}

static const struct row rows[] = {
	{ "cut-4K", cut_512th, PFNMAP_PMD, PFNMAP_2M },
	{ "faults-cut-4K", faults_512th, PFNMAP_PMD, PFNMAP_2M },
	{ "cut-2M", cut_512th, PFNMAP_PUD, PFNMAP_1G },
	{ "faults-cut-2M", faults_512th, PFNMAP_PUD, PFNMAP_1G },
	{ "cut-4K", cut_page, PFNMAP_PUD, PFNMAP_1G },
	{ "faults-cut-4K", faults_page, PFNMAP_PUD, PFNMAP_1G },
	{ "tables-cut-4K", tables_page, PFNMAP_PUD, PFNMAP_1G },
	{ "smaps-BAR", smaps, PFNMAP_PMD, 0 },
	{ "faults-smaps-BAR", faults_smaps, PFNMAP_PMD, 0 },
	{ "smaps-BAR", smaps, PFNMAP_PUD, 0 },
	{ "faults-smaps-BAR", faults_smaps, PFNMAP_PUD, 0 },
	{ }
};

int main(void)
{
	check("mlockall", mlockall(MCL_CURRENT) ? -errno : 0);
	bench(rows);
	return 0;
}

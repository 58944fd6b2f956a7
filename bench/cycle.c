// SPDX-License-Identifier: GPL-2.0
/*
 * A mapped BAR loses all its entries: to memory decode turned off and on, with one fault a block
 * after it, as when a guest sizes its BARs; and to munmap().
 */
#include "bar.h"

static __u64 disable_enable(void)
{
	__u64 start;

	touch();
	start = now();
	zap();
	touch();
	return (now() - start) * 10;
}

static __u64 munmap_all(void)
{
	__u64 start, end;

	touch();
	start = now();
	unmap();
	end = now();
	map();
	return (end - start) * 10;
}

static const struct row rows[] = {
	{ "disable-enable-2M", disable_enable, PFNMAP_PTE, MIB(2) },
	{ "disable-enable-16G", disable_enable, PFNMAP_PMD, 16 * PFNMAP_1G },
	{ "disable-enable-16G", disable_enable, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ "munmap-2M", munmap_all, PFNMAP_PTE, MIB(2) },
	{ "munmap-64M", munmap_all, PFNMAP_PTE, MIB(64) },
	{ "munmap-1G", munmap_all, PFNMAP_PMD, PFNMAP_1G },
	{ "munmap-16G", munmap_all, PFNMAP_PMD, 16 * PFNMAP_1G },
	{ "munmap-1G", munmap_all, PFNMAP_PUD, PFNMAP_1G },
	{ "munmap-16G", munmap_all, PFNMAP_PUD, 16 * PFNMAP_1G },
	{ }
};

int main(void)
{
	bench(rows);
	return 0;
}

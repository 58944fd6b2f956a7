// SPDX-License-Identifier: GPL-2.0
/*
 * A BAR at an address that the kernel chooses: the faults that fill it, and mmap() itself. And mmap()
 * of a page of a file, of memory and of the BAR, of which the policy is to cost nothing.
 */
#include <fcntl.h>

#include "bar.h"

#define CALLS	4096	/* at least, so that reading the clock does not count */

static int exe;

static __u64 fill(void)
{
	long before;

	unmap();
	va = mmap(NULL, size, RW, MAP_SHARED, bar.device, bar.offset);
	check("mmap", va == MAP_FAILED ? -errno : 0);
	before = pfnmap_faults();
	bar_touch(va, size, PAGE_SIZE);
	return (pfnmap_faults() - before) * 10;
}

static __u64 calls(__u64 length, int flags, int fd, __u64 offset)
{
	__u64 start, total = 0;
	void *at;
	int i;

	for (i = 0; i < CALLS; i++) {
		start = now();
		at = mmap(NULL, length, PROT_READ, flags, fd, offset);
		total += now() - start;
		check("mmap", at == MAP_FAILED ? -errno : 0);
		munmap(at, length);
	}
	return total * 10 / CALLS;
}

static __u64 map_memory(void)
{
	return calls(PAGE_SIZE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static __u64 map_file(void)
{
	return calls(PAGE_SIZE, MAP_PRIVATE, exe, 0);
}

static __u64 map_page_of_bar(void)
{
	return calls(PAGE_SIZE, MAP_SHARED, bar.device, bar.offset);
}

static __u64 map_bar(void)
{
	return calls(size, MAP_SHARED, bar.device, bar.offset);
}

static const struct row rows[] = {
	{ "mmap-memory", map_memory, PFNMAP_PTE, MIB(2) },
	{ "mmap-file", map_file, PFNMAP_PTE, MIB(2) },
	{ "mmap-page-of-bar", map_page_of_bar, PFNMAP_PTE, MIB(2) },
	{ "mmap-null-4G", map_bar, PFNMAP_PMD, 4 * PFNMAP_1G },
	{ "faults-null-4G", fill, PFNMAP_PMD, 4 * PFNMAP_1G },
	{ }
};

int main(void)
{
	exe = open("/proc/self/exe", O_RDONLY);
	check("/proc/self/exe", exe < 0 ? -errno : 0);
	bench(rows);
	return 0;
}

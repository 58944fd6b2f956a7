// SPDX-License-Identifier: GPL-2.0
/*
 * PFN mappings by level: addresses that give a level, faults.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "level.h"
#include "proc.h"

__u64 pfnmap_sizes[PFNMAP_LEVELS];

/* First of all: other constructors use them. An entry of a table has 8 bytes. */
static void __attribute__((constructor(101))) read_sizes(void)
{
	const __u64 page = sysconf(_SC_PAGESIZE);

	pfnmap_sizes[PFNMAP_PTE] = page;
	pfnmap_sizes[PFNMAP_PMD] = page * (page / 8);
	pfnmap_sizes[PFNMAP_PUD] = PFNMAP_1G;
}

/* It counts how often it splits one, then. */
static bool kernel_has_huge_puds(void)
{
	return proc_read("/proc/vmstat") > 0 && strstr(proc_text, "\nthp_split_pud ");
}

static bool cpu_has_huge_puds(void)
{
#ifdef __x86_64__
	return proc_read("/proc/cpuinfo") > 0 && strstr(proc_text, " pdpe1gb");
#else
	return true;
#endif
}

enum pfnmap_level pfnmap_top(void)
{
	static enum pfnmap_level top = PFNMAP_PTE;

	if (top == PFNMAP_PTE)
		top = kernel_has_huge_puds() && cpu_has_huge_puds() ? PFNMAP_PUD : PFNMAP_PMD;
	return top;
}

long pfnmap_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

int pfnmap_ioctl(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

void *pfnmap_pick(enum pfnmap_level level, __u64 phys, __u64 size)
{
	__u64 skew = level == PFNMAP_PUD ? 0 : pfnmap_size(level);
	__u64 room = size + 2 * PFNMAP_1G;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	void *hole = mmap(NULL, room, PROT_NONE, flags, -1, 0);

	if (hole == MAP_FAILED)
		return hole;
	munmap(hole, room);
	return (void *)(pfnmap_align((uintptr_t)hole + 1, PFNMAP_1G) +
			((phys + skew) & (PFNMAP_1G - 1)));
}

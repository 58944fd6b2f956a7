// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel reads a word of a BAR for a debugger, with the system call around it.
 *
 * mem-read: /proc/self/mem, where the mapping has an access method (a PCI resource, mapped by pages),
 * which looks the frame up, maps it for the kernel, and unmaps it. mem-refused, readv-refused:
 * /proc/self/mem and process_vm_readv() where it has none, as vfio's: they end at the flags of the
 * vma, and look at no entry.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bar.h"

#define TIMES	1000

static int mem;
static char *resource;

static void read_mem(const void *at, ssize_t expected)
{
	__u64 word;

	check("/proc/self/mem", pread(mem, &word, 8, (uintptr_t)at) == expected ? 0 : -EIO);
}

/* Now and then the kernel purges what it has mapped for these, which the median leaves out. */
static __u64 mem_read(void)
{
	__u64 took[TIMES], start;
	int i;

	for (i = 0; i < TIMES; i++) {
		start = now();
		read_mem(resource, 8);
		took[i] = now() - start;
	}
	qsort(took, TIMES, sizeof(took[0]), by_value);
	return took[TIMES / 2] * 10;
}

static __u64 mem_refused(void)
{
	__u64 start = now();
	int i;

	for (i = 0; i < TIMES; i++)
		read_mem(va, -1);
	return (now() - start) * 10 / TIMES;
}

static __u64 readv_refused(void)
{
	__u64 word, start = now();
	const struct iovec local = { &word, 8 }, remote = { va, 8 };
	pid_t pid = getpid();
	int i;

	for (i = 0; i < TIMES; i++)
		check("process_vm_readv() reads a BAR",
		      process_vm_readv(pid, &local, 1, &remote, 1, 0) == -1 ? 0 : -EEXIST);
	return (now() - start) * 10 / TIMES;
}

static void map_resource(void)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%s", getenv("BAR_BDF") ?: "",
		 getenv("BAR_INDEX") ?: "");
	fd = open(path, O_RDWR | O_SYNC);
	check(path, fd < 0 ? -errno : 0);
	resource = mmap(NULL, PAGE_SIZE, RW, MAP_SHARED, fd, 0);
	check(path, resource == MAP_FAILED ? -errno : 0);
}

static const struct row rows[] = {
	{ "mem-read", mem_read, PFNMAP_PTE, KIB(4) },
	{ "mem-refused", mem_refused, PFNMAP_PTE, MIB(2) },
	{ "mem-refused", mem_refused, PFNMAP_PMD, MIB(2) },
	{ "mem-refused", mem_refused, PFNMAP_PUD, PFNMAP_1G },
	{ "readv-refused", readv_refused, PFNMAP_PTE, MIB(2) },
	{ "readv-refused", readv_refused, PFNMAP_PMD, MIB(2) },
	{ "readv-refused", readv_refused, PFNMAP_PUD, PFNMAP_1G },
	{ }
};

int main(void)
{
	mem = open("/proc/self/mem", O_RDWR);
	check("/proc/self/mem", mem < 0 ? -errno : 0);
	map_resource();
	bench(rows);
	return 0;
}

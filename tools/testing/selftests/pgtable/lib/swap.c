// SPDX-License-Identifier: GPL-2.0
/*
 * A disk to swap to, and reclaim of the memory of all processes.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "exclusive.h"
#include "memory.h"
#include "need.h"
#include "proc.h"
#include "swap.h"

#define RECLAIM		"/sys/devices/system/node/node%d/reclaim"
#define NODES		2

const char *lacks_swap(void)
{
	return lacks(RAM_DISK, "CONFIG_BLK_DEV_RAM") ?: lacks("/proc/swaps", "CONFIG_SWAP");
}

const char *lacks_reclaim(void)
{
	return lacks_swap() ?: lacks("/sys/devices/system/node/node0/reclaim", "CONFIG_NUMA");
}

/* The first page of a swap device starts with it; all that is not listed is zero. */
struct swap_head {
	char boot[1024];
	__u32 version;
	__u32 last_page;
};

static const char magic[10] = "SWAPSPACE2";

int swap_on(const char *disk)
{
	struct swap_head head = { .version = 1 };
	int fd = open(disk, O_RDWR | O_CLOEXEC), ret;

	/* A test that failed may have left it on. */
	swapoff(disk);
	head.last_page = lseek(fd, 0, SEEK_END) / PAGE_SIZE - 1;
	ret = pwrite(fd, &head, sizeof(head), 0) == sizeof(head) &&
	      pwrite(fd, magic, sizeof(magic), PAGE_SIZE - sizeof(magic)) == sizeof(magic) &&
	      !fsync(fd) ? 0 : -errno;
	close(fd);
	return ret ?: result(swapon(disk, 0));
}

/* Gives back the memory of the disk, too: it keeps large folios from being made. */
int swap_off(const char *disk)
{
	int ret = result(swapoff(disk)), fd = open(disk, O_RDWR | O_CLOEXEC);
	__u64 all[2] = { 0, lseek(fd, 0, SEEK_END) };

	ret = ret ?: result(ioctl(fd, BLKDISCARD, all));
	close(fd);
	return ret;
}

bool swap_out(int fd, char *va, int pages)
{
	int i;

	for (i = 0; i < 10; i++) {
		drain();
		madvise(va, pages * PAGE_SIZE, MADV_PAGEOUT);
		if (count_kind(fd, va, pages, TEST_EXCLUSIVE_SWAP) == pages)
			return true;
	}
	return false;
}

bool prepare_reclaim(void)
{
	const unsigned long first = 1;

	/* A node that has no slab at all is not reclaimed, such as one without CPUs. */
	return proc_write("/proc/sys/vm/min_slab_ratio", "0") &&
	       !syscall(SYS_set_mempolicy, MPOL_BIND, &first, 8 * sizeof(first));
}

/* EAGAIN is that it found less than was asked for. */
static void reclaim_of(int node, const char *request)
{
	char path[sizeof(RECLAIM) + 8];
	int fd, ret;

	snprintf(path, sizeof(path), RECLAIM, node);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	/* Not every machine has a second node. */
	if (node && fd < 0)
		return;
	ret = result(write(fd, request, strlen(request)));
	CHECK(ret > 0 || ret == -EAGAIN, "%s: %d", path, ret);
	close(fd);
}

/* As much as a large folio, each time. */
static bool reclaim_until(int fd, const char *va, int pages, __u32 kind, const char *swappiness)
{
	char request[64];
	int i, node;

	snprintf(request, sizeof(request), "%llu swappiness=%s", (unsigned long long)PMD_SIZE,
		 swappiness);

	for (i = 0; i < 100; i++) {
		drain();
		for (node = 0; node < NODES; node++)
			reclaim_of(node, request);
		if (count_kind(fd, va, pages, kind) == pages)
			return true;
	}
	return false;
}

bool reclaim_all(int fd, const char *va, int pages)
{
	return reclaim_until(fd, va, pages, TEST_EXCLUSIVE_SWAP, "max");
}

/* MADV_FREE puts pages on the lists of files. */
bool reclaim_freed(int fd, const char *va, int pages)
{
	return reclaim_until(fd, va, pages, TEST_EXCLUSIVE_NONE, "0");
}

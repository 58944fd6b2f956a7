/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A RAM disk to swap to, and reclaim that is about the calling process alone.
 */
#ifndef _DEVICE_EXCLUSIVE_SWAP_H
#define _DEVICE_EXCLUSIVE_SWAP_H

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include "device_exclusive_memory.h"

#define SWAP_DISK	"/dev/ram0"
#define CGROUPS		"/tmp/cgroups"
#define CGROUP		CGROUPS "/device_exclusive"

/* What of the first page of a swap device is not zero. */
struct swap_head {
	char boot[1024];
	__u32 version;
	__u32 last_page;
	char rest[PFNMAP_4K - 1024 - 8 - 10];
	char magic[10];
};

static inline int swap_on(void)
{
	struct swap_head head = { .version = 1, .magic = "SWAPSPACE2" };
	int fd = open(SWAP_DISK, O_RDWR | O_CLOEXEC), ret;

	/* Of a test that did not come to its end. */
	swapoff(SWAP_DISK);
	head.last_page = lseek(fd, 0, SEEK_END) / PFNMAP_4K - 1;
	ret = pwrite(fd, &head, sizeof(head), 0) == sizeof(head) && !fsync(fd) ? 0 : -errno;
	close(fd);
	return ret ?: result(swapon(SWAP_DISK, 0));
}

static inline int swap_off(void)
{
	return result(swapoff(SWAP_DISK));
}

/* By advice, which passes by what is not present. Whether all pages are swapped out. */
static inline bool swap_out(int fd, char *va, int pages)
{
	int i;

	for (i = 0; i < 10; i++) {
		drain();
		madvise(va, pages * PFNMAP_4K, MADV_PAGEOUT);
		if (count_kind(fd, va, pages, TEST_EXCLUSIVE_SWAP) == pages)
			return true;
	}
	return false;
}

/* The memory that the process gets from now on is reclaimed by reclaim_some(). */
static inline bool reclaim_start(void)
{
	mkdir(CGROUPS, 0755);
	if (access(CGROUPS "/cgroup.procs", F_OK) && mount("cgroup", CGROUPS, "cgroup2", 0, NULL))
		return false;
	if (!fail_set(CGROUPS "/cgroup.subtree_control", "+memory"))
		return false;
	mkdir(CGROUP, 0755);
	return fail_set(CGROUP "/cgroup.procs", "0");
}

/* Takes what it finds, which seldom is as much as it is told. */
static inline void reclaim_some(void)
{
	drain();
	fail_set(CGROUP "/memory.reclaim", "1M swappiness=max");
}

/* Whether all pages are swapped out in the end. */
static inline bool reclaim_all(int fd, const char *va, int pages)
{
	int i;

	for (i = 0; i < 10; i++) {
		reclaim_some();
		if (count_kind(fd, va, pages, TEST_EXCLUSIVE_SWAP) == pages)
			return true;
	}
	return false;
}

/* These report a skipped test and return false. */

static inline bool need_swap(struct __test_metadata *_metadata)
{
	if (!need(_metadata, SWAP_DISK, "CONFIG_BLK_DEV_RAM") ||
	    !need(_metadata, "/proc/swaps", "CONFIG_SWAP"))
		return false;
	ASSERT_EQ(0, swap_on());
	return true;
}

static inline bool need_reclaim(struct __test_metadata *_metadata)
{
	if (!need_swap(_metadata))
		return false;
	if (!reclaim_start())
		SKIP(return false, "this kernel has no CONFIG_MEMCG");
	return true;
}

#endif /* _DEVICE_EXCLUSIVE_SWAP_H */

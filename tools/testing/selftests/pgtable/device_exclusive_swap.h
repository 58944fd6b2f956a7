/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A RAM disk to swap to, and reclaim, which is about all processes.
 */
#ifndef _DEVICE_EXCLUSIVE_SWAP_H
#define _DEVICE_EXCLUSIVE_SWAP_H

#include <sys/swap.h>

#include "device_exclusive_memory.h"

#define RAM_DISK	"/dev/ram0"
#ifndef SWAP_DISK
#define SWAP_DISK	RAM_DISK
#endif
#define RECLAIM		"/sys/devices/system/node/node%d/reclaim"
#define NODES		2

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

/* Takes what it finds on each node, which seldom is as much as it is told. */
static inline void reclaim_some(void)
{
	char path[sizeof(RECLAIM) + 8];
	int node;

	drain();
	for (node = 0; node < NODES; node++) {
		snprintf(path, sizeof(path), RECLAIM, node);
		fail_set(path, "2M swappiness=max");
	}
}

/* Whether all pages are swapped out in the end. */
static inline bool reclaim_all(int fd, const char *va, int pages)
{
	int i;

	for (i = 0; i < 100; i++) {
		reclaim_some();
		if (count_kind(fd, va, pages, TEST_EXCLUSIVE_SWAP) == pages)
			return true;
	}
	return false;
}

/* These report a skipped test and return false. */

static inline bool need_swap(struct __test_metadata *_metadata)
{
	if (!need(_metadata, RAM_DISK, "CONFIG_BLK_DEV_RAM") ||
	    !need(_metadata, "/proc/swaps", "CONFIG_SWAP"))
		return false;
	ASSERT_EQ(0, swap_on());
	return true;
}

static inline bool need_reclaim(struct __test_metadata *_metadata)
{
	if (!need_swap(_metadata))
		return false;
	if (!need(_metadata, "/sys/devices/system/node/node0/reclaim", "CONFIG_NUMA"))
		return false;
	/* Or reclaim finds a node too small to be worth it. */
	ASSERT_TRUE(fail_set("/proc/sys/vm/min_slab_ratio", "0"));
	return true;
}

#endif /* _DEVICE_EXCLUSIVE_SWAP_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The test device of device-exclusive entries: what it is asked, and pages to give to it.
 *
 * Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _DEVICE_EXCLUSIVE_H
#define _DEVICE_EXCLUSIVE_H

#include <lib/test_device_exclusive_uapi.h>

#include "pfnmap_level.h"

/* A descriptor or -errno. */
static inline int exclusive_open(void)
{
	int fd = open("/dev/test_device_exclusive", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static inline int exclusive_make(int fd, struct test_exclusive_make *make)
{
	return pfnmap_ioctl(fd, TEST_EXCLUSIVE_MAKE, make);
}

static inline int exclusive_look(int fd, const void *va, struct test_exclusive_look *out)
{
	memset(out, 0, sizeof(*out));
	out->addr = (uintptr_t)va;
	return pfnmap_ioctl(fd, TEST_EXCLUSIVE_LOOK, out);
}

static inline int exclusive_collect(int fd, const void *va, __u64 count,
				    struct test_exclusive_collect *out)
{
	memset(out, 0, sizeof(*out));
	out->addr = (uintptr_t)va;
	out->count = count;
	return pfnmap_ioctl(fd, TEST_EXCLUSIVE_COLLECT, out);
}

/*
 * @size bytes of private memory that starts where a page table does, nothing of it there yet. What
 * is next to it cannot be touched, so that its vma stays alone.
 */
static inline void *exclusive_map_any(__u64 size)
{
	const __u64 room = pfnmap_align(size, PFNMAP_2M) + 2 * PFNMAP_2M;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	char *hole = mmap(NULL, room, PROT_NONE, flags, -1, 0);

	if (hole == MAP_FAILED)
		return hole;
	return mmap((void *)pfnmap_align((uintptr_t)hole + 1, PFNMAP_2M), size,
		    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* The same in small pages that stay so. */
static inline void *exclusive_map(__u64 size)
{
	void *va = exclusive_map_any(size);

	if (va != MAP_FAILED)
		madvise(va, size, MADV_NOHUGEPAGE);
	return va;
}

#endif /* _DEVICE_EXCLUSIVE_H */

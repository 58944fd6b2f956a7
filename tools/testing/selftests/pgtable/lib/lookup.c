// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups of page table entries by follow_pfnmap_start(), through /dev/test_pfnmap.
 */
#include <fcntl.h>
#include <string.h>

#include "check.h"
#include "level.h"
#include "lookup.h"

int pfnmap_follow_open(void)
{
	int fd = open("/dev/test_pfnmap", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

const char *lacks_test_device(int fd)
{
	if (fd == -ENOENT)
		return "no /dev/test_pfnmap in this kernel";
	CHECK(fd >= 0, "cannot open the test device: %d", fd);
	return NULL;
}

int pfnmap_follow_of(int fd, pid_t pid, const void *va, __u64 count,
		     struct test_pfnmap_follow *out)
{
	memset(out, 0, sizeof(*out));
	out->addr = (uintptr_t)va;
	out->count = count;
	out->pid = pid;
	return pfnmap_ioctl(fd, TEST_PFNMAP_FOLLOW, out);
}

int pfnmap_follow(int fd, const void *va, __u64 count, struct test_pfnmap_follow *out)
{
	return pfnmap_follow_of(fd, 0, va, count, out);
}

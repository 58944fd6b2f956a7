/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PFN mappings by level: sizes, addresses that give a level, faults, and the test device.
 *
 * Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _PFNMAP_LEVEL_H
#define _PFNMAP_LEVEL_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <linux/types.h>

#include <lib/test_pfnmap_uapi.h>

#define PFNMAP_4K	(1ULL << 12)
#define PFNMAP_2M	(1ULL << 21)
#define PFNMAP_1G	(1ULL << 30)

enum pfnmap_level {
	PFNMAP_PTE,
	PFNMAP_PMD,
	PFNMAP_PUD,
};

/* The highest level at which this architecture maps a frame number. */
#ifdef __aarch64__
#define PFNMAP_MAX_LEVEL	PFNMAP_PMD
#else
#define PFNMAP_MAX_LEVEL	PFNMAP_PUD
#endif

static inline __u64 pfnmap_size(enum pfnmap_level level)
{
	return PFNMAP_4K << (9 * level);
}

/* The level at which a mapping asked for at @level arrives. */
static inline enum pfnmap_level pfnmap_arrives(enum pfnmap_level level)
{
	return level < PFNMAP_MAX_LEVEL ? level : PFNMAP_MAX_LEVEL;
}

static inline __u64 pfnmap_align(__u64 bytes, __u64 align)
{
	return (bytes + align - 1) & ~(align - 1);
}

/* A BAR is read and written 8 bytes at a time: memcpy() may use what devices refuse. */
static inline __u64 bar_read(const void *va)
{
	return __atomic_load_n((const __u64 *)va, __ATOMIC_RELAXED);
}

static inline void bar_write(void *va, __u64 value)
{
	__atomic_store_n((__u64 *)va, value, __ATOMIC_RELAXED);
}

static inline long pfnmap_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

static inline int pfnmap_ioctl(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

/*
 * An address for @size bytes that is congruent to @phys modulo the size of @level and not
 * modulo a larger one; the page before and the page after the range are free.
 */
static inline void *pfnmap_pick(enum pfnmap_level level, __u64 phys, __u64 size)
{
	__u64 skew = level == PFNMAP_PUD ? 0 : pfnmap_size(level);
	__u64 room = size + 2 * PFNMAP_1G;
	void *hole = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (hole == MAP_FAILED)
		return hole;
	munmap(hole, room);
	return (void *)(pfnmap_align((uintptr_t)hole + 1, PFNMAP_1G) +
			((phys + skew) & (PFNMAP_1G - 1)));
}

/* The test device; its descriptor or -errno. */
static inline int pfnmap_follow_open(void)
{
	int fd = open("/dev/test_pfnmap", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* @pid says whose address @va is, 0 is the caller. */
static inline int pfnmap_follow_of(int fd, pid_t pid, const void *va, __u64 count,
				   struct test_pfnmap_follow *out)
{
	memset(out, 0, sizeof(*out));
	out->addr = (uintptr_t)va;
	out->count = count;
	out->pid = pid;
	return pfnmap_ioctl(fd, TEST_PFNMAP_FOLLOW, out);
}

static inline int pfnmap_follow(int fd, const void *va, __u64 count, struct test_pfnmap_follow *out)
{
	return pfnmap_follow_of(fd, 0, va, count, out);
}

#endif /* _PFNMAP_LEVEL_H */

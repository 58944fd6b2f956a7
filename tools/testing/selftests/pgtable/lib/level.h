/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PFN mappings by level: sizes, addresses that give a level, accesses, faults.
 *
 * Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _LIB_LEVEL_H
#define _LIB_LEVEL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <linux/types.h>

#define PFNMAP_1G	(1ULL << 30)

#define RW	(PROT_READ | PROT_WRITE)

enum pfnmap_level {
	PFNMAP_PTE,
	PFNMAP_PMD,
	PFNMAP_PUD,
	PFNMAP_LEVELS,
};

/*
 * Bytes that an entry of each level maps in this kernel: a page and a PMD, from 4 KiB and 2 MiB to
 * 64 KiB and 512 MiB. Only with pages of 4 KiB a PUD can be a leaf: the level of PUDs stands for
 * 1 GiB, and where they are no leaves that arrives as PMDs.
 */
extern __u64 pfnmap_sizes[PFNMAP_LEVELS];

static inline __u64 pfnmap_size(enum pfnmap_level level)
{
	return pfnmap_sizes[level];
}

#define PAGE_SIZE	pfnmap_size(PFNMAP_PTE)
#define PMD_SIZE	pfnmap_size(PFNMAP_PMD)

/* What no kernel has less of: for arrays that must have a constant size. */
#define LEAST_PAGE	(1ULL << 12)
#define LEAST_PMD	(1ULL << 21)
#define MOST_PAGES_OF_PMD	8192

/* A PMD has as many pages as a table has entries, each of 8 bytes; a table is a page. */
#define PAGES_OF_PMD	((long)(PMD_SIZE / PAGE_SIZE))

/* Of a page or a table. */
static inline long table_kb(void)
{
	return PAGE_SIZE / 1024;
}

/* The highest level at which this kernel and CPU map a frame number: not all have huge PUDs. */
enum pfnmap_level pfnmap_top(void);

/* The level at which a mapping for @level arrives. */
static inline enum pfnmap_level pfnmap_arrives(enum pfnmap_level level)
{
	return level < pfnmap_top() ? level : pfnmap_top();
}

/* What one entry maps there, in bytes. */
static inline __u64 pfnmap_block(enum pfnmap_level level)
{
	return pfnmap_size(pfnmap_arrives(level));
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

/* What a test writes to tell pages apart: another word for each number. */
static inline __u64 word(__u64 number)
{
	return 0x9e3779b97f4a7c15ULL * (number + 1);
}

/* Minor faults of the calling thread. */
long pfnmap_faults(void);

int pfnmap_ioctl(int fd, unsigned long request, void *arg);

/*
 * An address for @size bytes that is congruent to @phys modulo the size of @level and not
 * modulo a larger one; the page before and the page after the range are free.
 */
void *pfnmap_pick(enum pfnmap_level level, __u64 phys, __u64 size);

#endif /* _LIB_LEVEL_H */

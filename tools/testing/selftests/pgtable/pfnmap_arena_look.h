/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on an arena that only look at it.
 */
#ifndef _PFNMAP_ARENA_LOOK_H
#define _PFNMAP_ARENA_LOOK_H

#include "pfnmap_arena_ops.h"

static char text[1 << 16];

static inline void read_all(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	do {
		got = read(fd, text, sizeof(text));
	} while (got > 0);
	close(fd);
	if (got)
		wrong("%s: errno %d", path, errno);
}

static inline void read_pagemap(const struct op *op)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	__u64 pages = (op->end - op->start) / PFNMAP_4K, first;

	pages = pages < sizeof(text) / 8 ? pages : sizeof(text) / 8;
	first = (uintptr_t)(arena.va + op->start) / PFNMAP_4K;
	if (pread(fd, text, pages * 8, first * 8) != (ssize_t)pages * 8)
		wrong("pagemap: errno %d", errno);
	close(fd);
}

static inline void read_mincore(const struct op *op)
{
	__u64 size = op->end - op->start;

	size = size < sizeof(text) * PFNMAP_4K ? size : sizeof(text) * PFNMAP_4K;
	if (mincore(arena.va + op->start, size, (unsigned char *)text) && errno != ENOMEM)
		wrong("mincore(): errno %d", errno);
}

static inline void scan_pagemap(const struct op *op)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	struct page_region region[8];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = (uintptr_t)arena.va + op->start,
		.end = (uintptr_t)arena.va + op->end,
		.vec = (uintptr_t)region,
		.vec_len = 8,
		.category_mask = PAGE_IS_PRESENT,
		.return_mask = PAGE_IS_PRESENT,
	};

	if (pfnmap_ioctl(fd, PAGEMAP_SCAN, &arg) < 0)
		wrong("PAGEMAP_SCAN: errno %d", errno);
	close(fd);
}

#endif /* _PFNMAP_ARENA_LOOK_H */

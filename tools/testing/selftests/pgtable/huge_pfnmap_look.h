/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of onlookers share: a mapping that is complete before the look and must be the
 * same after it, in entries, in page tables and in faults left to take.
 */
#ifndef _HUGE_PFNMAP_LOOK_H
#define _HUGE_PFNMAP_LOOK_H

#include "huge_pfnmap_refuse.h"

#define PM_PRESENT	(1ULL << 63)
#define PM_SOFT_DIRTY	(1ULL << 55)
#define PM_PFN		((1ULL << 55) - 1)

/* Locked memory as all of a test's, so that to use it changes no table and costs no fault. */
static char text[1 << 17];
static __u64 pagemap[2048];

/* Reads a file of /proc into @text. */
static inline long read_text(const char *path)
{
	int fd = open(path, O_RDONLY);
	long size = 0, got;

	while ((got = read(fd, text + size, sizeof(text) - 1 - size)) > 0)
		size += got;
	close(fd);
	text[size] = 0;
	return got < 0 ? -errno : size;
}

/* The number behind @name at or after @from, -1 without one. */
static inline long number_after(const char *from, const char *name)
{
	const char *at = from ? strstr(from, name) : NULL;

	return at ? atol(at + strlen(name)) : -1;
}

/* Where in @text the mapping at @va is told of, which a file of /proc writes at a line's start. */
static inline char *mapping_in_text(const void *va, char behind)
{
	char start[32];
	char *at;

	snprintf(start, sizeof(start), "\n%lx%c", (unsigned long)va, behind);
	at = strstr(text, start);
	return at ? at + 1 : NULL;
}

static inline long page_tables_kb(void)
{
	return read_text("/proc/self/status") > 0 ? number_after(text, "VmPTE:") : -1;
}

/* Entries of /proc/PID/pagemap from @va on. */
static inline bool read_pagemap(const char *path, const char *va, __u64 count)
{
	int fd = open(path, O_RDONLY);
	long got = pread(fd, pagemap, count * 8, (uintptr_t)va / PFNMAP_4K * 8);

	close(fd);
	return got == (long)(count * 8);
}

/* Only VM_MIXEDMAP is asked for entries; without VM_PFNMAP that is. */
static inline void check_pagemap(struct __test_metadata *_metadata, huge_t *self,
				 const char *path, __u64 offset, __u64 count)
{
	__u64 frame = (self->source.phys + offset) / PFNMAP_4K, i, expected;

	ASSERT_TRUE(read_pagemap(path, self->va + offset, count));
	for (i = 0; i < count; i++) {
		expected = is_mixedmap(self) ? PM_PRESENT | (frame + i) : 0;
		if ((pagemap[i] & ~PM_SOFT_DIRTY) != expected)
			break;
	}
	EXPECT_EQ(count, i)
		TH_LOG("%#llx at %#llx", pagemap[i], offset + i * PFNMAP_4K);
}

static inline void check_pagemap_of_blocks(struct __test_metadata *_metadata, huge_t *self,
					   const char *path)
{
	__u64 at;

	for_each_block(at, self) {
		check_pagemap(_metadata, self, path, at, 1);
		check_pagemap(_metadata, self, path, at + self->block - PFNMAP_4K, 1);
	}
}

/* All is mapped, by one fault a block, and no look may change that: between these two it happens. */
static inline long before_look(struct __test_metadata *_metadata, huge_t *self)
{
	map_all(_metadata, self);
	return page_tables_kb();
}

static inline void after_look(struct __test_metadata *_metadata, huge_t *self, long tables)
{
	EXPECT_EQ(tables, page_tables_kb());
	check_all(_metadata, self);
	EXPECT_EQ(tables, page_tables_kb());
}

#endif /* _HUGE_PFNMAP_LOOK_H */

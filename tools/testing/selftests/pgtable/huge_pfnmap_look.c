// SPDX-License-Identifier: GPL-2.0
/*
 * Who reads the page tables of a process through /proc leaves a PFN mapping as it is, and tells of
 * a huge entry what it tells of pages.
 */
#define _GNU_SOURCE
#include <linux/fs.h>

#include "huge_pfnmap_look.h"

static unsigned char resident[1 << 20];

TEST_F(huge, maps)
{
	long tables = before_look(_metadata, self);
	unsigned long start, end;
	char *line;
	int fields;

	ASSERT_LT(0, read_text("/proc/self/maps"));
	line = mapping_in_text(self->va, '-');
	ASSERT_NE(NULL, line);
	fields = sscanf(line, "%lx-%lx", &start, &end);
	ASSERT_EQ(2, fields);
	EXPECT_EQ((unsigned long)self->va + self->size, end);
	after_look(_metadata, self, tables);
}

TEST_F(huge, procmap_query)
{
	struct procmap_query query = {
		.size = sizeof(query),
		.query_addr = (uintptr_t)self->va + self->size - 1,
	};
	long tables = before_look(_metadata, self);
	int fd = open("/proc/self/maps", O_RDONLY);

	ASSERT_EQ(0, pfnmap_ioctl(fd, PROCMAP_QUERY, &query));
	EXPECT_EQ((uintptr_t)self->va, query.vma_start);
	EXPECT_EQ((uintptr_t)self->va + self->size, query.vma_end);
	close(fd);
	after_look(_metadata, self, tables);
}

/* No page of memory is mapped, so that none is resident. */
TEST_F(huge, smaps)
{
	static const char * const none[] = {
		"Rss:", "Pss:", "Referenced:", "Anonymous:", "FilePmdMapped:", "ShmemPmdMapped:",
	};
	long tables = before_look(_metadata, self);
	unsigned int i;
	char *at;

	ASSERT_LT(0, read_text("/proc/self/smaps"));
	at = mapping_in_text(self->va, '-');
	ASSERT_NE(NULL, at);
	EXPECT_EQ((long)self->size / 1024, number_after(at, "Size:"));
	for (i = 0; i < ARRAY_SIZE(none); i++)
		EXPECT_EQ(0, number_after(at, none[i]));
	at = strstr(at, "VmFlags:");
	ASSERT_NE(NULL, at);
	*strchr(at, '\n') = 0;
	EXPECT_NE(NULL, strstr(at, is_mixedmap(self) ? " mm" : " pf"));
	after_look(_metadata, self, tables);
}

static long rollup_rss(void)
{
	return read_text("/proc/self/smaps_rollup") > 0 ? number_after(text, "Rss:") : -1;
}

TEST_F(huge, smaps_rollup)
{
	long none = rollup_rss(), tables;

	EXPECT_LT(0, none);
	none = rollup_rss();
	tables = before_look(_metadata, self);
	EXPECT_EQ(none, rollup_rss());
	after_look(_metadata, self, tables);
}

/* Nor is any of it on a node. */
TEST_F(huge, numa_maps)
{
	long tables;
	char *line;

	if (!need(_metadata, NUMA))
		return;
	tables = before_look(_metadata, self);
	ASSERT_LT(0, read_text("/proc/self/numa_maps"));
	line = mapping_in_text(self->va, ' ');
	ASSERT_NE(NULL, line);
	*strchr(line, '\n') = 0;
	EXPECT_EQ(NULL, strstr(line, " N0="))
		TH_LOG("%s", line);
	EXPECT_EQ(NULL, strstr(line, " dirty="))
		TH_LOG("%s", line);
	after_look(_metadata, self, tables);
}

#define PAGEMAP	"/proc/self/pagemap"

TEST_F(huge, pagemap)
{
	long tables = before_look(_metadata, self);
	__u64 half = self->block / PFNMAP_4K / 2;

	/* One read of both sides of a border; the kernel walks it 2 MiB at a time. */
	if (half > ARRAY_SIZE(pagemap) / 2)
		half = ARRAY_SIZE(pagemap) / 2 - 3;
	check_pagemap_of_blocks(_metadata, self, PAGEMAP);
	check_pagemap(_metadata, self, PAGEMAP, self->block - half * PFNMAP_4K, 2 * half + 1);
	after_look(_metadata, self, tables);
}

#define KINDS	(PAGE_IS_PRESENT | PAGE_IS_HUGE | PAGE_IS_FILE | PAGE_IS_SWAPPED | \
		 PAGE_IS_PFNZERO | PAGE_IS_WPALLOWED | PAGE_IS_WRITTEN)

/* How many regions, of which the first is left in @region, are what @category asks for. */
static long scan(const void *va, __u64 size, __u64 category, __u64 pages,
		 struct page_region *region)
{
	struct page_region regions[BLOCKS];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = (uintptr_t)va,
		.end = (uintptr_t)va + size,
		.vec = (uintptr_t)regions,
		.vec_len = BLOCKS,
		.max_pages = pages,
		.category_mask = category,
		.return_mask = KINDS,
	};
	int fd = open(PAGEMAP, O_RDONLY);
	long ret = pfnmap_ioctl(fd, PAGEMAP_SCAN, &arg);

	close(fd);
	*region = regions[0];
	return ret;
}

static void check_scan(struct __test_metadata *_metadata, huge_t *self, __u64 offset, __u64 size,
		       __u64 category, __u64 pages)
{
	const __u64 huge = self->level > PFNMAP_PTE ? PAGE_IS_HUGE : 0;
	struct page_region region;

	if (!is_mixedmap(self)) {
		EXPECT_EQ(0, scan(self->va + offset, size, category, pages, &region));
		return;
	}
	ASSERT_EQ(1, scan(self->va + offset, size, category, pages, &region));
	EXPECT_EQ((uintptr_t)self->va + offset, region.start);
	EXPECT_EQ(region.start + (pages ? pages * PFNMAP_4K : size), region.end);
	EXPECT_EQ(PAGE_IS_PRESENT | huge, region.categories);
}

TEST_F(huge, pagemap_scan)
{
	long tables = before_look(_metadata, self);
	const __u64 border = self->block - PFNMAP_4K;
	struct page_region region;

	check_scan(_metadata, self, 0, self->size, 0, 0);
	check_scan(_metadata, self, 0, self->size, PAGE_IS_PRESENT, 0);
	check_scan(_metadata, self, border, 2 * PFNMAP_4K, PAGE_IS_PRESENT, 0);
	check_scan(_metadata, self, border, self->block, PAGE_IS_PRESENT, 1);
	EXPECT_EQ(0, scan(self->va, self->size, PAGE_IS_FILE, 0, &region));
	EXPECT_EQ(0, scan(self->va, self->size, PAGE_IS_SWAPPED, 0, &region));
	after_look(_metadata, self, tables);
}

static void clear(struct __test_metadata *_metadata, char what)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	EXPECT_EQ(1, write(fd, &what, 1));
	close(fd);
}

TEST_F(huge, clear_refs)
{
	long tables = before_look(_metadata, self);

	clear(_metadata, '1');
	after_look(_metadata, self, tables);
	clear(_metadata, '2');
	after_look(_metadata, self, tables);
	clear(_metadata, '3');
	after_look(_metadata, self, tables);
}

/* What memory says: a kernel that tells which pages were written tells it of this one. */
static __u64 soft_dirty(void)
{
	bar_write(resident, 1);
	return read_pagemap(PAGEMAP, (char *)resident, 1) ? pagemap[0] & PM_SOFT_DIRTY : 0;
}

/* Faults tell nothing afterwards, as the test's own pages have lost the right to be written. */
TEST_F(huge, clear_refs_soft_dirty)
{
	long tables = before_look(_metadata, self);
	__u64 at, written;

	clear(_metadata, '4');
	EXPECT_EQ(tables, page_tables_kb());
	check_pagemap_of_blocks(_metadata, self, PAGEMAP);
	for_each_block(at, self) {
		if (!is_mixedmap(self))
			check_entry(_metadata, self, self->va + at, self->level, at, true);
		read_block(_metadata, self, self->va + at, at);
		write_block(self, self->va + at, at);
	}
	EXPECT_EQ(tables, page_tables_kb());
	check_pagemap_of_blocks(_metadata, self, PAGEMAP);
	written = soft_dirty();
	for_each_block(at, self) {
		ASSERT_TRUE(read_pagemap(PAGEMAP, self->va + at, 1));
		if (is_mixedmap(self))
			EXPECT_EQ(written, pagemap[0] & PM_SOFT_DIRTY);
	}
}

TEST_F(huge, mincore)
{
	const __u64 pages = self->size / PFNMAP_4K;
	long tables = before_look(_metadata, self);
	__u64 i;

	ASSERT_LE(pages, sizeof(resident));
	ASSERT_EQ(0, mincore(self->va, self->size, resident));
	for (i = 0; i < pages && resident[i] == 1; i++)
		;
	EXPECT_EQ(pages, i);
	/* In and across blocks. */
	resident[2] = 0xee;
	ASSERT_EQ(0, mincore(self->va + self->block - PFNMAP_4K, 2 * PFNMAP_4K, resident));
	EXPECT_EQ(1, resident[0]);
	EXPECT_EQ(1, resident[1]);
	EXPECT_EQ(0xee, resident[2]);
	after_look(_metadata, self, tables);
}

TEST_HARNESS_MAIN

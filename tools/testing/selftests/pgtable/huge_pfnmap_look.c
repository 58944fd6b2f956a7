// SPDX-License-Identifier: GPL-2.0
/*
 * Files of /proc that walk the page tables of a process, and mincore(): they leave a PFN mapping as
 * it is, and show a huge entry as they show pages.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/huge.h"
#include "lib/look.h"
#include "lib/need.h"

/* A vma of VM_MIXEDMAP may have pages too: only the entries say that these have none. */
ALL_VARIANTS(huge, mixedmap);

static unsigned char resident[1 << 20];

TEST_F(huge, maps)
{
	long tables = before_look();
	unsigned long start, end;
	unsigned long long offset;
	char *line, flags[5];
	int fields;

	ASSERT_LT(0, proc_read("/proc/self/maps"));
	line = mapping_in_text(map.va, '-');
	ASSERT_NE(NULL, line);
	fields = sscanf(line, "%lx-%lx %4s %llx", &start, &end, flags, &offset);
	ASSERT_EQ(4, fields);
	EXPECT_EQ((unsigned long)map.va + map.size, end);
	EXPECT_STREQ("rw-s", flags);
	EXPECT_EQ(map.source.offset, offset);
	after_look(tables);
}

TEST_F(huge, procmap_query)
{
	struct procmap_query query = {
		.size = sizeof(query),
		.query_addr = (uintptr_t)map.va + map.size - 1,
	};
	long tables = before_look();
	int fd = open("/proc/self/maps", O_RDONLY);

	ASSERT_EQ(0, pfnmap_ioctl(fd, PROCMAP_QUERY, &query));
	EXPECT_EQ((uintptr_t)map.va, query.vma_start);
	EXPECT_EQ((uintptr_t)map.va + map.size, query.vma_end);
	close(fd);
	after_look(tables);
}

/* The mapping has no page of memory that could be resident. */
TEST_F(huge, smaps)
{
	static const char * const none[] = {
		"Rss:", "Pss:", "Referenced:", "Anonymous:", "FilePmdMapped:", "ShmemPmdMapped:",
	};
	long tables = before_look();
	unsigned int i;
	char *at;

	ASSERT_LT(0, proc_read("/proc/self/smaps"));
	at = mapping_in_text(map.va, '-');
	ASSERT_NE(NULL, at);
	EXPECT_EQ((long)map.size / 1024, number_after(at, "Size:"));
	for (i = 0; i < ARRAY_SIZE(none); i++)
		EXPECT_EQ(0, number_after(at, none[i]));
	at = strstr(at, "VmFlags:");
	ASSERT_NE(NULL, at);
	*strchr(at, '\n') = 0;
	EXPECT_NE(NULL, strstr(at, is_mixedmap() ? " mm" : " pf"));
	after_look(tables);
}

static long rollup_rss(void)
{
	return proc_read("/proc/self/smaps_rollup") > 0 ? number_after(proc_text, "Rss:") : -1;
}

TEST_F(huge, smaps_rollup)
{
	long none = rollup_rss(), tables;

	EXPECT_LT(0, none);
	none = rollup_rss();
	tables = before_look();
	EXPECT_EQ(none, rollup_rss());
	after_look(tables);
}

/* Nor is any of it on a node. */
TEST_F(huge, numa_maps)
{
	long tables;
	char *line;

	NEED(lacks(NUMA));
	tables = before_look();
	ASSERT_LT(0, proc_read("/proc/self/numa_maps"));
	line = mapping_in_text(map.va, ' ');
	ASSERT_NE(NULL, line);
	*strchr(line, '\n') = 0;
	EXPECT_EQ(NULL, strstr(line, " N0="))
		TH_LOG("%s", line);
	EXPECT_EQ(NULL, strstr(line, " dirty="))
		TH_LOG("%s", line);
	after_look(tables);
}

/* Memory has a page and a frame number; of a device no number is given away. */
TEST_F(huge, pagemap)
{
	long tables = before_look();
	__u64 half = map.block / PAGE_SIZE / 2;

	/* One read of both sides of a border; the kernel walks it by PMD_SIZE. */
	if (half > ARRAY_SIZE(pagemap) / 2)
		half = ARRAY_SIZE(pagemap) / 2 - 3;
	ASSERT_TRUE(read_pagemap(PAGEMAP, proc_text, 1));
	EXPECT_NE(0, pagemap[0] & ENTRY_PRESENT);
	EXPECT_NE(0, pagemap[0] & ENTRY_PFN);
	check_pagemap_of_blocks(PAGEMAP);
	check_pagemap(PAGEMAP, map.block - half * PAGE_SIZE, 2 * half + 1);
	after_look(tables);
}

#define KINDS	(PAGE_IS_PRESENT | PAGE_IS_HUGE | PAGE_IS_FILE | PAGE_IS_SWAPPED | \
		 PAGE_IS_PFNZERO | PAGE_IS_WPALLOWED | PAGE_IS_WRITTEN)

/* Returns how many regions are of @category, and the first one. */
static long scan(const void *va, __u64 size, __u64 category, __u64 pages,
		 struct page_region *region)
{
	struct page_region regions[BLOCKS];
	long ret = scan_pagemap(va, size, (struct pm_scan_arg) {
		.vec = (uintptr_t)regions,
		.vec_len = BLOCKS,
		.max_pages = pages,
		.category_mask = category,
		.return_mask = KINDS,
	});

	*region = regions[0];
	return ret;
}

/* How many regions are present, or -errno. */
static long scan_present(const void *va, __u64 size, __u64 flags)
{
	struct page_region regions[BLOCKS];

	return scan_pagemap(va, size, (struct pm_scan_arg) {
		.flags = flags,
		.vec = (uintptr_t)regions,
		.vec_len = BLOCKS,
		.category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_PFNZERO | PAGE_IS_FILE,
		.return_mask = PAGE_IS_PRESENT,
	});
}

static void check_scan(struct __test_metadata *_metadata, __u64 offset, __u64 size, __u64 category,
		       __u64 pages)
{
	const __u64 huge = map.level > PFNMAP_PTE ? PAGE_IS_HUGE : 0;
	struct page_region region;

	if (!is_mixedmap()) {
		EXPECT_EQ(0, scan(map.va + offset, size, category, pages, &region));
		return;
	}
	ASSERT_EQ(1, scan(map.va + offset, size, category, pages, &region));
	EXPECT_EQ((uintptr_t)map.va + offset, region.start);
	EXPECT_EQ(region.start + (pages ? pages * PAGE_SIZE : size), region.end);
	EXPECT_EQ(PAGE_IS_PRESENT | huge, region.categories);
}

TEST_F(huge, pagemap_scan)
{
	long tables = before_look();
	const __u64 border = map.block - PAGE_SIZE;
	struct page_region region;

	check_scan(_metadata, 0, map.size, 0, 0);
	check_scan(_metadata, 0, map.size, PAGE_IS_PRESENT, 0);
	check_scan(_metadata, border, 2 * PAGE_SIZE, PAGE_IS_PRESENT, 0);
	check_scan(_metadata, border, map.block, PAGE_IS_PRESENT, 1);
	EXPECT_EQ(0, scan(map.va, map.size, PAGE_IS_FILE, 0, &region));
	EXPECT_EQ(0, scan(map.va, map.size, PAGE_IS_SWAPPED, 0, &region));
	after_look(tables);
}

TEST_F(huge, pagemap_scan_present)
{
	const long found = is_mixedmap() ? 1 : 0;
	long tables = before_look();

	EXPECT_EQ(1, scan_present((void *)((uintptr_t)proc_text & -PAGE_SIZE), PAGE_SIZE, 0));
	EXPECT_EQ(found, scan_present(map.va, map.size, 0));
	EXPECT_EQ(found, scan_present(map.va + MIDDLE, PAGE_SIZE, 0));
	if (!is_mixedmap())
		EXPECT_EQ(0, scan_present(map.va, map.size, PM_SCAN_WP_MATCHING));
	EXPECT_EQ(-EPERM, scan_present(map.va, map.size, PM_SCAN_CHECK_WPASYNC));
	after_look(tables);
}

static void clear(struct __test_metadata *_metadata, char what)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	EXPECT_EQ(1, write(fd, &what, 1));
	close(fd);
}

TEST_F(huge, clear_refs)
{
	long tables = before_look();

	clear(_metadata, '1');
	after_look(tables);
	clear(_metadata, '2');
	after_look(tables);
	clear(_metadata, '3');
	after_look(tables);
}

/*
 * A device has no working set: not even the accessed bits change. Faults are not counted: the
 * test's own pages are old now.
 */
TEST_F(huge, clear_refs_keeps_accessed)
{
	struct test_pfnmap_follow before = {}, after = {};
	char what;
	__u64 at;

	map_blocks();
	if (!is_mixedmap())
		ASSERT_EQ(0, pfnmap_follow(map.follow, map.va, 1, &before));
	for (what = '1'; what <= '5'; what++) {
		clear(_metadata, what);
		for_each_block(at) {
			if (!is_mixedmap()) {
				check_entry(map.va + at, map.level, at, true);
				ASSERT_EQ(0, pfnmap_follow(map.follow, map.va + at, 1, &after));
				EXPECT_EQ(before.pgprot, after.pgprot);
			}
			read_block(map.va + at, at);
		}
	}
}

/* Returns the soft-dirty bit of a page that was written, which is 0 if the kernel has none. */
static __u64 soft_dirty(void)
{
	bar_write(resident, 1);
	return read_pagemap(PAGEMAP, (char *)resident, 1) ? pagemap[0] & ENTRY_SOFT_DIRTY : 0;
}

/* Faults are not counted afterwards: the test's own pages are write-protected. */
TEST_F(huge, clear_refs_soft_dirty)
{
	long tables = before_look();
	__u64 at, written;

	clear(_metadata, '4');
	EXPECT_EQ(tables, own_tables_kb());
	check_pagemap_of_blocks(PAGEMAP);
	for_each_block(at) {
		if (!is_mixedmap())
			check_entry(map.va + at, map.level, at, true);
		read_block(map.va + at, at);
		write_block(map.va + at, at);
	}
	EXPECT_EQ(tables, own_tables_kb());
	check_pagemap_of_blocks(PAGEMAP);
	written = soft_dirty();
	for_each_block(at) {
		ASSERT_TRUE(read_pagemap(PAGEMAP, map.va + at, 1));
		if (is_mixedmap())
			EXPECT_EQ(written, pagemap[0] & ENTRY_SOFT_DIRTY);
	}
}

TEST_F(huge, mincore)
{
	const __u64 pages = map.size / PAGE_SIZE;
	long tables = before_look();
	__u64 i;

	ASSERT_LE(pages, sizeof(resident));
	ASSERT_EQ(0, mincore(map.va, map.size, resident));
	for (i = 0; i < pages && resident[i] == 1; i++)
		;
	EXPECT_EQ(pages, i);
	/* In and across blocks. */
	resident[2] = 0xee;
	ASSERT_EQ(0, mincore(map.va + map.block - PAGE_SIZE, 2 * PAGE_SIZE, resident));
	EXPECT_EQ(1, resident[0]);
	EXPECT_EQ(1, resident[1]);
	EXPECT_EQ(0xee, resident[2]);
	after_look(tables);
}

/* A block is resident if it is mapped, and only then. */
TEST_F(huge, mincore_of_some)
{
	const __u64 pages = map.block / PAGE_SIZE;
	__u64 at, i, count;

	for (at = 0; at < map.size; at += 2 * map.block)
		write_block(map.va + at, at);
	for_each_block(at) {
		ASSERT_EQ(0, mincore(map.va + at, map.block, resident));
		for (i = count = 0; i < pages; i++)
			count += resident[i] & 1;
		EXPECT_EQ(at / map.block % 2 ? 0 : pages, count);
	}
	for_each_block(at)
		if (at / map.block % 2 == 0 && is_mixedmap())
			read_block(map.va + at, at);
		else if (at / map.block % 2 == 0)
			check_block(at);
		else if (!is_mixedmap())
			check_nothing(map.va + at);
}

TEST_HARNESS_MAIN

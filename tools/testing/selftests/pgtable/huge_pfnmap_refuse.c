// SPDX-License-Identifier: GPL-2.0
/*
 * Memory management leaves every entry of a PFN mapping as it is: advice, locking, collapsing,
 * merging, compacting and splitting.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/mman.h>
#include <sys/prctl.h>

#include "lib/huge.h"
#include "lib/need.h"
#include "lib/proc.h"
#include "vm_util.h"

/* A vma of VM_MIXEDMAP may have pages too: only the entries say that these have none. */
ALL_VARIANTS(huge, mixedmap);

#define MEMORY_FAILURE	"/proc/sys/vm/memory_failure_recovery", "CONFIG_MEMORY_FAILURE"
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

/* Advice */

/* What advice on a part returns, for vmas of VM_PFNMAP and of VM_MIXEDMAP. It cuts no vma. */
static const struct {
	int advice;
	long pfnmap;
	long mixedmap;
	const char *name;
} advices[] = {
	{ MADV_FREE, -EINVAL, -EINVAL, "FREE" },
	{ MADV_POPULATE_READ, -EINVAL, 0, "POPULATE_READ" },
	{ MADV_POPULATE_WRITE, -EINVAL, 0, "POPULATE_WRITE" },
	{ MADV_COLLAPSE, -EINVAL, -EINVAL, "COLLAPSE" },
	{ MADV_GUARD_INSTALL, -EINVAL, -EINVAL, "GUARD_INSTALL" },
	{ MADV_GUARD_REMOVE, -EINVAL, -EINVAL, "GUARD_REMOVE" },
	{ MADV_WILLNEED, 0, 0, "WILLNEED" },
	{ MADV_MERGEABLE, 0, 0, "MERGEABLE" },
	{ MADV_UNMERGEABLE, 0, 0, "UNMERGEABLE" },
};

/* On one page, and on two pages across a border of blocks; huge_pfnmap_madvise has whole blocks. */
TEST_F(huge, advice_on_part_of_a_block)
{
	unsigned int i, j;
	long come;

	map_all();
	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		come = is_mixedmap() ? advices[i].mixedmap : advices[i].pfnmap;
		for (j = 0; j < SPOTS; j++)
			EXPECT_EQ(come, result(madvise(spot(j), (long)PAGE_SIZE, advices[i].advice)))
				TH_LOG("MADV_%s", advices[i].name);
		EXPECT_EQ(come, result(madvise(spot(1), 2 * (long)PAGE_SIZE, advices[i].advice)))
			TH_LOG("MADV_%s", advices[i].name);
		check_all();
	}
}

/* In a vma of VM_MIXEDMAP the pages go, and fault back. */
static void dontneed_spots(struct __test_metadata *_metadata)
{
	const long come = is_mixedmap() ? 0 : -EINVAL;
	int i;

	map_all();
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(come, result(madvise(spot(i), (long)PAGE_SIZE, MADV_DONTNEED)));
		EXPECT_EQ(come, result(madvise(spot(i), (long)PAGE_SIZE, MADV_DONTNEED_LOCKED)));
	}
}

TEST_F(huge, dontneed)
{
	dontneed_spots(_metadata);
	map_blocks();
	check_all();
}

/* The first spot is the start of a block. The last one is that of a block of one page alone. */
TEST_F(huge, dontneed_in_place)
{
	long before;

	dontneed_spots(_metadata);
	before = pfnmap_faults();
	touch_blocks(map.va);
	EXPECT_EQ(is_mixedmap() ? 1 + (map.level == PFNMAP_PTE) : 0, pfnmap_faults() - before);
}

/* In a vma of VM_MIXEDMAP the kernel looks for pages: its walk must not drop what a PUD maps. */
TEST_F(huge, cold)
{
	const long come = is_mixedmap() ? 0 : -EINVAL;
	int i;

	map_all();
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(come, result(madvise(spot(i), (long)PAGE_SIZE, MADV_COLD)));
		EXPECT_EQ(come, result(madvise(spot(i), (long)PAGE_SIZE, MADV_PAGEOUT)));
	}
	check_all();
	EXPECT_EQ(come, result(madvise(map.va, map.size, MADV_COLD)));
	EXPECT_EQ(come, result(madvise(map.va, map.size, MADV_PAGEOUT)));
	check_all();
}

/* The page to poison comes from get_user_pages_fast(). */
TEST_F(huge, no_page_to_poison)
{
	int i;

	NEED(lacks(MEMORY_FAILURE));
	map_all();
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(no_page(), result(madvise(spot(i), (long)PAGE_SIZE, MADV_HWPOISON)));
		EXPECT_EQ(no_page(), result(madvise(spot(i), (long)PAGE_SIZE, MADV_SOFT_OFFLINE)));
	}
	EXPECT_EQ(no_page(), result(madvise(map.va, map.size, MADV_HWPOISON)));
	EXPECT_EQ(no_page(), result(madvise(map.va, map.size, MADV_SOFT_OFFLINE)));
	check_all();
}

/* Without a struct page there are no flags: the file ends before it, or says so. */
TEST_F(huge, no_flags_of_a_page)
{
	const __u64 no_page = 1ULL << 20;
	int fd = open("/proc/kpageflags", O_RDONLY);
	__u64 flags = 0;
	long got;

	ASSERT_LE(0, fd);
	got = result(pread(fd, &flags, 8, map.source.phys / PAGE_SIZE * 8));
	EXPECT_TRUE(got == 0 || (got == 8 && flags == no_page))
		TH_LOG("%ld bytes: %#llx", got, flags);
}

/* Locking */

/* Kilobytes that count as locked. */
static long locked(void)
{
	return proc_kb("/proc/self/status", "VmLck:");
}

/* VM_SPECIAL is neither locked nor counted, and that is no error. */
TEST_F(huge, mlock)
{
	char *memory = memory_before();
	long before = locked();

	map_all();
	EXPECT_EQ(0, mlock(map.va, map.size));
	EXPECT_EQ(0, mlock2(map.va, map.size, MLOCK_ONFAULT));
	EXPECT_EQ(0, mlock(spot(1), 2 * PAGE_SIZE));
	EXPECT_EQ(before, locked());
	EXPECT_EQ(0, munlock(spot(1), 2 * PAGE_SIZE));
	EXPECT_EQ(0, munlock(map.va, map.size));
	EXPECT_EQ(before, locked());
	EXPECT_EQ(0, mlock(memory, PAGE_SIZE));
	EXPECT_EQ(before + table_kb(), locked());
	check_all();
}

/* VM_IO and VM_PFNMAP are not faulted in, either. */
static void check_populated(struct __test_metadata *_metadata)
{
	long before = pfnmap_faults();

	if (is_mixedmap())
		touch_blocks(map.va);
	else
		check_nothing(map.va);
	EXPECT_EQ(before, pfnmap_faults());
}

TEST_F(huge, mlock_future)
{
	long before;

	EXPECT_EQ(0, mlockall(MCL_CURRENT | MCL_FUTURE));
	before = locked();
	map.va = source_map(&map.source, variant->level, RW, 0, map.size);
	ASSERT_NE(MAP_FAILED, map.va);
	EXPECT_EQ(before, locked());
	check_populated(_metadata);
	map_blocks();
	check_all();
	EXPECT_EQ(0, munmap(map.va, map.size));
	EXPECT_EQ(before, locked());
	EXPECT_EQ(0, munlockall());
	EXPECT_EQ(0, locked());
}

TEST_F(huge, mmap_locked)
{
	const int flags = MAP_SHARED | MAP_LOCKED | MAP_POPULATE | MAP_FIXED;
	long before = locked();

	ASSERT_EQ(map.va, mmap(map.va, map.size, RW, flags, map.source.file, map.source.offset));
	EXPECT_EQ(before, locked());
	check_populated(_metadata);
	map_blocks();
	check_all();
}

/* Daemons */

#define KHUGEPAGED	"/sys/kernel/mm/transparent_hugepage/khugepaged/"
#define KSM		"/sys/kernel/mm/ksm/"

/* Sets a number of the kernel's and returns what it was. */
static unsigned long set(struct __test_metadata *_metadata, const char *path, unsigned long value)
{
	unsigned long old;

	ASSERT_EQ(0, read_sysfs(path, &old))
		TH_LOG("cannot read %s", path);
	ASSERT_EQ(0, write_sysfs(path, value));
	return old;
}

/* Waits until a daemon has gone over everything twice, once from its start. */
static void wait_for_scans(struct __test_metadata *_metadata, const char *path)
{
	unsigned long first, now;
	int i;

	ASSERT_EQ(0, read_sysfs(path, &first));
	for (i = 0, now = first; i < 9000 && now < first + 2; i++) {
		usleep(10000);
		ASSERT_EQ(0, read_sysfs(path, &now));
	}
	ASSERT_LE(first + 2, now);
}

TEST_F(huge, khugepaged)
{
	char *memory = mmap(NULL, 2 * PMD_SIZE, RW, ANON, -1, 0);
	unsigned long sleep, pages, before, after;

	map_all();
	ASSERT_NE(MAP_FAILED, memory);
	EXPECT_EQ(0, madvise(memory, 2 * PMD_SIZE, MADV_NOHUGEPAGE));
	memset(memory, 1, 2 * PMD_SIZE);
	EXPECT_EQ(0, read_sysfs(KHUGEPAGED "pages_collapsed", &before));
	EXPECT_EQ(0, madvise(memory, 2 * PMD_SIZE, MADV_HUGEPAGE));
	EXPECT_EQ(0, madvise(map.va, map.size, MADV_HUGEPAGE));
	sleep = set(_metadata, KHUGEPAGED "scan_sleep_millisecs", 10);
	pages = set(_metadata, KHUGEPAGED "pages_to_scan", 100000);
	wait_for_scans(_metadata, KHUGEPAGED "full_scans");
	set(_metadata, KHUGEPAGED "pages_to_scan", pages);
	set(_metadata, KHUGEPAGED "scan_sleep_millisecs", sleep);
	EXPECT_EQ(0, read_sysfs(KHUGEPAGED "pages_collapsed", &after));
	EXPECT_LT(before, after);
	check_all();
}

/* The process asks to merge all its memory; special vmas are left out. */
TEST_F(huge, ksm)
{
	char *twins = mmap(NULL, 2 * PAGE_SIZE, RW, ANON, -1, 0);
	unsigned long run, pages, merged;

	map_all();
	ASSERT_NE(MAP_FAILED, twins);
	memset(twins, 0x5a, 2 * PAGE_SIZE);
	EXPECT_EQ(0, prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0));
	EXPECT_EQ(0, madvise(map.va, map.size, MADV_MERGEABLE));
	pages = set(_metadata, KSM "pages_to_scan", 100000);
	run = set(_metadata, KSM "run", 1);
	wait_for_scans(_metadata, KSM "full_scans");
	EXPECT_EQ(0, read_sysfs(KSM "pages_sharing", &merged));
	EXPECT_LT(0, merged);
	set(_metadata, KSM "run", run);
	set(_metadata, KSM "pages_to_scan", pages);
	/* Otherwise the test's own pages, being merged, take faults. */
	EXPECT_EQ(0, prctl(PR_SET_MEMORY_MERGE, 0, 0, 0, 0));
	check_all();
	EXPECT_EQ(0, madvise(map.va, map.size, MADV_UNMERGEABLE));
	check_all();
}

TEST_F(huge, compaction)
{
	map_all();
	EXPECT_EQ(0, write_sysfs("/proc/sys/vm/compact_memory", 1));
	EXPECT_EQ(0, write_sysfs("/proc/sys/vm/drop_caches", 3));
	check_all();
}

/* It looks for folios at each page of a range. */
TEST_F(huge, split_huge_pages)
{
	char *memory = memory_before();
	FILE *file = fopen("/sys/kernel/debug/split_huge_pages", "w");

	map_all();
	ASSERT_NE(NULL, file);
	EXPECT_LT(0, fprintf(file, "%d,0x%lx,0x%lx,0", getpid(), (long)memory,
			     (long)(map.va + map.size)));
	EXPECT_EQ(0, fclose(file));
	check_all();
}

TEST_HARNESS_MAIN

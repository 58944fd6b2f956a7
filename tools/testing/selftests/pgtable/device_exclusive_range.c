// SPDX-License-Identifier: GPL-2.0
/*
 * A device asks for many pages at once and gets what there is to be got: each page has a result of
 * its own, and one that it cannot have costs it no other.
 */
#define _GNU_SOURCE
#include "device_exclusive_range.h"
#include "device_exclusive_swap.h"
#include "pfnmap_source.h"

/* Small pages */

TEST_F(range, one_page)
{
	use_filled(_metadata, self, 0, 1);
	check_range(_metadata, self);
}

TEST_F(range, pages_of_two_tables)
{
	use_filled(_metadata, self, 256, 512);
	check_range(_metadata, self);
}

TEST_F(range, pages_of_three_tables)
{
	use_filled(_metadata, self, 511, MOST);
	check_range(_metadata, self);
}

TEST_F(range, some_were_taken_before)
{
	int i;

	use_filled(_metadata, self, 0, 64);
	for (i = 0; i < 64; i += 3) {
		ASSERT_EQ(0, take_page(self->fd, page_at(self->va, i), i % 2));
		self->counter[i] += ADD;
	}
	check_range(_metadata, self);
}

/* Pages that come when they are asked for. */

TEST_F(range, none_is_there)
{
	use_pages(_metadata, self, 500, 64);
	check_range(_metadata, self);
}

TEST_F(range, zero_pages)
{
	int i;

	use_pages(_metadata, self, 500, 64);
	for (i = 0; i < 64; i += 2)
		EXPECT_EQ(0, bar_read(page_at(self->va, i)));
	check_range(_metadata, self);
}

TEST_F(range, some_are_swapped_out)
{
	if (!need_swap(_metadata))
		return;
	use_filled(_metadata, self, 500, 64);
	ASSERT_TRUE(swap_out(self->fd, page_at(self->va, 8), 24));
	ASSERT_TRUE(swap_out(self->fd, page_at(self->va, 40), 1));
	check_range(_metadata, self);
	EXPECT_EQ(0, swap_off());
}

/* In the child: pages that it has from its parent are no longer the parent's when that writes. */
static bool keeps_its_pages(range_t *self, int told)
{
	bool right = true;
	char byte;
	int i;

	right &= read(told, &byte, 1) == 1;
	for (i = 0; i < self->pages; i++)
		right &= page_holds(page_at(self->va, i), i, 0);
	return right;
}

/* Each gets a copy of what it shares, as if the CPU had written. */
TEST_F(range, shared_with_a_child)
{
	int tell[2], i;
	pid_t pid;

	ASSERT_EQ(0, pipe(tell));
	use_filled(_metadata, self, 500, 64);
	pid = fork();
	if (!pid)
		_exit(close(tell[1]) || !keeps_its_pages(self, tell[0]));
	for (i = 0; i < 64; i += 5)
		bar_write(page_at(self->va, i), word(i));
	take(_metadata, self);
	ASSERT_EQ(1, write(tell[1], "", 1));
	EXPECT_TRUE(child_was_right(pid));
	check_counters(_metadata, self);
	check_range(_metadata, self);
}

/* Pages that it cannot have */

static void unmap(char *page)
{
	munmap(page, PFNMAP_4K);
}

static void make_read_only(char *page)
{
	mprotect(page, PFNMAP_4K, PROT_READ);
}

static void make_inaccessible(char *page)
{
	mprotect(page, PFNMAP_4K, PROT_NONE);
}

static void map_shared_memory(char *page)
{
	mmap(page, PFNMAP_4K, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void map_disk(char *page)
{
	int fd = open(SWAP_DISK, O_RDWR);

	mmap(page, PFNMAP_4K, RW, MAP_SHARED | MAP_FIXED, fd, 0);
	close(fd);
}

/* Of which a write makes a copy: that it can have. */
static void map_copy(char *page)
{
	int fd = memfd_create("copied", MFD_CLOEXEC);

	if (ftruncate(fd, PFNMAP_4K))
		abort();
	mmap(page, PFNMAP_4K, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
	close(fd);
}

static void put(range_t *self, int page, void (*map)(char *page), int want)
{
	char *va = page_at(self->va, page);

	map(va);
	if (!try_write(va, 0))
		fill_page(va, page);
	self->want[page] = want;
}

TEST_F(range, holes)
{
	use_filled(_metadata, self, 500, 64);
	put(self, 3, unmap, -EFAULT);
	put(self, 20, make_read_only, -EFAULT);
	put(self, 21, make_inaccessible, -EFAULT);
	put(self, 30, map_shared_memory, -EOPNOTSUPP);
	put(self, 33, map_copy, 0);
	put(self, 40, unmap, -EFAULT);
	put(self, 41, map_shared_memory, -EOPNOTSUPP);
	put(self, 42, make_read_only, -EFAULT);
	check_range(_metadata, self);
}

TEST_F(range, holes_at_both_ends)
{
	use_filled(_metadata, self, 500, 64);
	put(self, 0, unmap, -EFAULT);
	put(self, 1, map_shared_memory, -EOPNOTSUPP);
	put(self, 62, make_read_only, -EFAULT);
	put(self, 63, unmap, -EFAULT);
	check_range(_metadata, self);
}

TEST_F(range, nothing_but_holes)
{
	int i;

	use_filled(_metadata, self, 508, 8);
	for (i = 0; i < 8; i++)
		put(self, i, i % 2 ? unmap : map_shared_memory, i % 2 ? -EFAULT : -EOPNOTSUPP);
	check_range(_metadata, self);
}

TEST_F(range, page_of_a_disk)
{
	if (!need(_metadata, SWAP_DISK, "CONFIG_BLK_DEV_RAM"))
		return;
	use_filled(_metadata, self, 0, 8);
	put(self, 4, map_disk, -EOPNOTSUPP);
	check_range(_metadata, self);
}

/* Frames without a struct page that anyone may use. */
TEST_F(range, pages_of_a_bar)
{
	struct pfnmap_source source = {};
	int i, ret = device_kind.open(&source, PFNMAP_PTE);

	if (ret == -ENODEV)
		SKIP(return, "%s", device_kind.none);
	ASSERT_EQ(0, ret);
	use_filled(_metadata, self, 508, 16);
	ASSERT_EQ(page_at(self->va, 6), source_map_at(&source, page_at(self->va, 6), RW, 0, 8192));
	for (i = 6; i < 8; i++) {
		self->want[i] = -EFAULT;
		bar_write(page_at(self->va, i) + COUNTER, self->counter[i]);
	}
	check_range(_metadata, self);
	close(source.file);
}

#define HUGE	"/proc/sys/vm/nr_hugepages"

TEST_F(range, page_of_hugetlb)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED;
	char *huge;
	int i;

	if (!need(_metadata, HUGE, "CONFIG_HUGETLBFS"))
		return;
	ASSERT_TRUE(fail_set(HUGE, "4"));
	use_filled(_metadata, self, 0, MOST);
	huge = page_at(self->va, 512);
	ASSERT_EQ(huge, mmap(huge, PFNMAP_2M, RW, flags, -1, 0));
	fill(self, 512, MOST);
	for (i = 512; i < MOST; i++)
		self->want[i] = -EOPNOTSUPP;
	check_range(_metadata, self);
	ASSERT_EQ(0, munmap(huge, PFNMAP_2M));
	EXPECT_TRUE(fail_set(HUGE, "0"));
}

/* Other borders */

TEST_F(range, two_vmas)
{
	use_filled(_metadata, self, 500, 64);
	ASSERT_EQ(0, madvise(page_at(self->va, 30), 20 * PFNMAP_4K, MADV_DONTFORK));
	check_range(_metadata, self);
}

/* Small pages, a folio of which the range has only a part, and small pages. */
TEST_F(range, large_folio_among_small_pages)
{
	if (!need_large_folios(_metadata))
		return;
	use_pages(_metadata, self, 256, MOST);
	ASSERT_EQ(0, madvise(page_at(self->va, 256), PFNMAP_2M, MADV_HUGEPAGE));
	fill(self, 0, MOST);
	ASSERT_EQ(TEST_EXCLUSIVE_HUGE, look_at(self->fd, page_at(self->va, 256)).kind);
	/* Or khugepaged maps by a PMD again what was taken back. */
	ASSERT_EQ(0, madvise(page_at(self->va, 256), PFNMAP_2M, MADV_NOHUGEPAGE));
	self->pages = 300;
	check_range(_metadata, self);
	EXPECT_EQ(512, look_at(self->fd, page_at(self->va, 256)).pages);
	self->pages = MOST;
	check_range(_metadata, self);
	EXPECT_EQ(512, look_at(self->fd, page_at(self->va, 256)).pages);
}

TEST_HARNESS_MAIN

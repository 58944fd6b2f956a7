// SPDX-License-Identifier: GPL-2.0
/*
 * A device takes many pages of different kinds: each page has its own result, and one that cannot
 * be taken costs no other.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>

#include "lib/child.h"
#include "lib/harness.h"
#include "lib/proc.h"
#include "lib/range.h"
#include "lib/swap.h"
#include "lib/source.h"

FIXTURE_RANGE

/* Small pages */

TEST_F(range, one_page)
{
	range_use_filled(&self->range, 0, 1);
	range_check(&self->range);
}

TEST_F(range, pages_of_two_tables)
{
	range_use_filled(&self->range, PAGES_OF_PMD / 2, PAGES_OF_PMD);
	range_check(&self->range);
}

TEST_F(range, pages_of_three_tables)
{
	range_use_filled(&self->range, PAGES_OF_PMD - 1, MOST);
	range_check(&self->range);
}

TEST_F(range, some_were_taken_before)
{
	int i;

	range_use_filled(&self->range, 0, 64);
	for (i = 0; i < 64; i += 3) {
		ASSERT_EQ(0, take_page(self->range.fd, page_at(self->range.va, i), i % 2));
		self->range.counter[i] += ADD;
	}
	range_check(&self->range);
}

/* Pages that gup populates */

TEST_F(range, none_is_there)
{
	range_use(&self->range, PAGES_OF_PMD - 12, 64);
	range_check(&self->range);
}

TEST_F(range, zero_pages)
{
	int i;

	range_use(&self->range, PAGES_OF_PMD - 12, 64);
	for (i = 0; i < 64; i += 2)
		EXPECT_EQ(0, bar_read(page_at(self->range.va, i)));
	range_check(&self->range);
}

TEST_F(range, some_are_swapped_out)
{
	NEED(lacks_swap());
	ASSERT_EQ(0, swap_on(RAM_DISK));
	range_use_filled(&self->range, PAGES_OF_PMD - 12, 64);
	ASSERT_TRUE(swap_out(self->range.fd, page_at(self->range.va, 8), 24));
	ASSERT_TRUE(swap_out(self->range.fd, page_at(self->range.va, 40), 1));
	range_check(&self->range);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

/* In the child: writes of the parent do not show in its pages. */
static bool keeps_its_pages(struct range *range, int told)
{
	bool right = true;
	char byte;
	int i;

	right &= read(told, &byte, 1) == 1;
	for (i = 0; i < range->pages; i++)
		right &= page_holds(page_at(range->va, i), i, 0);
	return right;
}

/* The device gets copies of shared pages, as a write of the CPU does. */
TEST_F(range, shared_with_a_child)
{
	int tell[2], i;
	pid_t pid;

	ASSERT_EQ(0, pipe(tell));
	range_use_filled(&self->range, PAGES_OF_PMD - 12, 64);
	pid = fork();
	if (!pid)
		_exit(close(tell[1]) || !keeps_its_pages(&self->range, tell[0]));
	for (i = 0; i < 64; i += 5)
		bar_write(page_at(self->range.va, i), word(i));
	range_take(&self->range);
	ASSERT_EQ(1, write(tell[1], "", 1));
	EXPECT_TRUE(child_was_right(pid));
	range_check_counters(&self->range);
	range_check(&self->range);
}

/* Pages that cannot be taken */

static void unmap(char *page)
{
	munmap(page, PAGE_SIZE);
}

static void make_read_only(char *page)
{
	mprotect(page, PAGE_SIZE, PROT_READ);
}

static void make_inaccessible(char *page)
{
	mprotect(page, PAGE_SIZE, PROT_NONE);
}

static void share(char *page)
{
	map_shared(page, PAGE_SIZE);
}

static void map_disk(char *page)
{
	int fd = open(RAM_DISK, O_RDWR);

	mmap(page, PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, fd, 0);
	close(fd);
}

/* A write makes a copy, which can be taken. */
static void map_copy(char *page)
{
	int fd = memfd_create("copied", MFD_CLOEXEC);

	if (ftruncate(fd, PAGE_SIZE))
		abort();
	mmap(page, PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
	close(fd);
}

static void put(struct range *range, int page, void (*map)(char *page), int want)
{
	char *va = page_at(range->va, page);

	map(va);
	if (!try_write(va, 0))
		fill_page(va, page);
	range->want[page] = want;
}

TEST_F(range, holes)
{
	range_use_filled(&self->range, PAGES_OF_PMD - 12, 64);
	put(&self->range, 3, unmap, -EFAULT);
	put(&self->range, 20, make_read_only, -EFAULT);
	put(&self->range, 21, make_inaccessible, -EFAULT);
	put(&self->range, 30, share, -EOPNOTSUPP);
	put(&self->range, 33, map_copy, 0);
	put(&self->range, 40, unmap, -EFAULT);
	put(&self->range, 41, share, -EOPNOTSUPP);
	put(&self->range, 42, make_read_only, -EFAULT);
	range_check(&self->range);
}

TEST_F(range, holes_at_both_ends)
{
	range_use_filled(&self->range, PAGES_OF_PMD - 12, 64);
	put(&self->range, 0, unmap, -EFAULT);
	put(&self->range, 1, share, -EOPNOTSUPP);
	put(&self->range, 62, make_read_only, -EFAULT);
	put(&self->range, 63, unmap, -EFAULT);
	range_check(&self->range);
}

TEST_F(range, nothing_but_holes)
{
	int i;

	range_use_filled(&self->range, PAGES_OF_PMD - 4, 8);
	for (i = 0; i < 8; i++)
		put(&self->range, i, i % 2 ? unmap : share, i % 2 ? -EFAULT : -EOPNOTSUPP);
	range_check(&self->range);
}

TEST_F(range, page_of_a_disk)
{
	NEED(lacks(RAM_DISK, "CONFIG_BLK_DEV_RAM"));
	range_use_filled(&self->range, 0, 8);
	put(&self->range, 4, map_disk, -EOPNOTSUPP);
	range_check(&self->range);
}

/* Frames without a struct page of their own. */
TEST_F(range, pages_of_a_bar)
{
	struct pfnmap_source source = {};
	int i, ret = device_kind.open(&source, PFNMAP_PTE);
	char *bar;

	if (ret == -ENODEV)
		SKIP(return, "%s", device_kind.none);
	ASSERT_EQ(0, ret);
	range_use_filled(&self->range, PAGES_OF_PMD - 4, 16);
	bar = page_at(self->range.va, 6);
	ASSERT_EQ(bar, source_map_at(&source, bar, RW, 0, 2 * PAGE_SIZE));
	for (i = 6; i < 8; i++) {
		self->range.want[i] = -EFAULT;
		bar_write(page_at(self->range.va, i) + COUNTER, self->range.counter[i]);
	}
	range_check(&self->range);
	close(source.file);
}

#define HUGE	"/proc/sys/vm/nr_hugepages"

TEST_F(range, page_of_hugetlb)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED;
	char *huge;
	int i;

	NEED(lacks(HUGE, "CONFIG_HUGETLBFS"));
	ASSERT_TRUE(proc_write(HUGE, "4"));
	range_use_filled(&self->range, 0, MOST);
	huge = page_at(self->range.va, PAGES_OF_PMD);
	ASSERT_EQ(huge, mmap(huge, PMD_SIZE, RW, flags, -1, 0));
	range_fill(&self->range, PAGES_OF_PMD, MOST);
	/* The page in use goes when it is unmapped. */
	ASSERT_TRUE(proc_write(HUGE, "0"));
	for (i = PAGES_OF_PMD; i < MOST; i++)
		self->range.want[i] = -EOPNOTSUPP;
	range_check(&self->range);
	EXPECT_EQ(0, munmap(huge, PMD_SIZE));
}

/* Other boundaries */

TEST_F(range, two_vmas)
{
	range_use_filled(&self->range, PAGES_OF_PMD - 12, 64);
	ASSERT_EQ(0, madvise(page_at(self->range.va, 30), 20 * PAGE_SIZE, MADV_DONTFORK));
	range_check(&self->range);
}

/* Small pages, a large folio of which the range has only a part at first, and small pages. */
TEST_F(range, large_folio_among_small_pages)
{
	const int half = PAGES_OF_PMD / 2;
	char *large;

	NEED(lacks_large_folios());
	range_use(&self->range, half, MOST);
	large = page_at(self->range.va, half);
	ASSERT_TRUE(make_large(self->range.fd, large));
	range_fill(&self->range, 0, MOST);
	self->range.pages = half + 44;
	range_check(&self->range);
	EXPECT_EQ(PAGES_OF_PMD, look_at(self->range.fd, large).pages);
	self->range.pages = MOST;
	range_check(&self->range);
	EXPECT_EQ(PAGES_OF_PMD, look_at(self->range.fd, large).pages);
}

TEST_HARNESS_MAIN

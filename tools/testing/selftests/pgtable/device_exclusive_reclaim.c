// SPDX-License-Identifier: GPL-2.0
/*
 * Reclaim swaps out pages that a device has, as others, and what CPU or device have written comes
 * back.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>

#include "lib/harness.h"
#include "lib/pages.h"
#include "lib/race.h"
#include "lib/swap.h"

FIXTURE_PAGES

#define TRIES	5	/* each holds for twice as long; the last for 8 s */

/* Swaps to the RAM disk, and uses new pages. */
static void use_reclaim(struct __test_metadata *_metadata, struct pages *pages)
{
	ASSERT_EQ(0, swap_on(RAM_DISK));
	ASSERT_TRUE(prepare_reclaim());
	pages_use(pages, map_small(SIZE));
}

TEST_F(exclusive, reclaim_swaps_it_out)
{
	NEED(lacks_reclaim());
	use_reclaim(_metadata, &self->pages);
	pages_take(&self->pages);
	EXPECT_TRUE(reclaim_all(self->pages.fd, self->pages.taken, TAKEN));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_SWAP);
	pages_check_back_written(&self->pages, self->pages.va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

/* The pages that come after what is taken show that reclaim has come so far. */
#define AFTER	(FIRST + TAKEN)

/* Frees what the device then takes and writes, and the page after it. */
static void free_and_take(struct __test_metadata *_metadata, struct pages *pages)
{
	ASSERT_EQ(0, madvise(pages->taken, (TAKEN + 1) * PAGE_SIZE, MADV_FREE));
	pages_take(pages);
}

/* The page after it goes, and is filled again. */
static void reclaim_after(struct __test_metadata *_metadata, struct pages *pages)
{
	char *after = page_at(pages->va, AFTER);

	EXPECT_TRUE(reclaim_freed(pages->fd, after, 1));
	fill_page(after, AFTER);
}

/* The device keeps pages that cannot be swapped out. Without swap reclaim looks at no others. */
TEST_F(exclusive, reclaim_without_swap)
{
	NEED(lacks_reclaim());
	use_reclaim(_metadata, &self->pages);
	ASSERT_EQ(0, swap_off(RAM_DISK));
	free_and_take(_metadata, &self->pages);
	reclaim_after(_metadata, &self->pages);
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, reclaim_of_a_read_only_vma)
{
	NEED(lacks_reclaim());
	use_reclaim(_metadata, &self->pages);
	pages_take(&self->pages);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, PROT_READ));
	EXPECT_TRUE(reclaim_all(self->pages.fd, self->pages.taken, TAKEN));
	pages_check_data(&self->pages, self->pages.va);
	EXPECT_EQ(SIGSEGV, try_write(self->pages.taken, 0));
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, RW));
	pages_check_back_written(&self->pages, self->pages.va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

/* Returns whether the device still had the page when those after it were swapped out. */
static bool reclaim_while_held(struct __test_metadata *_metadata, struct pages *pages)
{
	struct hold held;
	bool swapped, skipped, still;

	pages_start_hold(pages, &held);
	swapped = reclaim_all(pages->fd, page_at(pages->va, AFTER), PAGES - AFTER);
	skipped = is_exclusive(pages->fd, pages->taken) && is_locked(pages->fd, pages->taken);
	still = race_now() < held.until;
	EXPECT_TRUE(swapped);
	EXPECT_TRUE(skipped || !still);
	EXPECT_EQ(1, hold_end(&held));
	pages_check_back_written(pages, pages->va);
	return still;
}

/* The device has the page locked, and reclaim skips it. */
TEST_F(exclusive, reclaim_while_the_device_holds_it)
{
	bool met = false;
	int i;

	NEED(lacks_reclaim());
	use_reclaim(_metadata, &self->pages);
	/* Reclaim takes as long as the machine is busy. */
	for (i = 0; i < TRIES && !met; i++, hold_us *= 2)
		met = reclaim_while_held(_metadata, &self->pages);
	EXPECT_TRUE(met);
	TH_LOG("%d tries", i);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

/* A write after MADV_FREE keeps the page, a write by the device, too. */
TEST_F(exclusive, reclaim_keeps_what_was_freed_and_written)
{
	NEED(lacks_reclaim());
	use_reclaim(_metadata, &self->pages);
	free_and_take(_metadata, &self->pages);
	reclaim_after(_metadata, &self->pages);
	EXPECT_EQ(0, count_kind(self->pages.fd, self->pages.taken, TAKEN, TEST_EXCLUSIVE_NONE));
	pages_check_back_written(&self->pages, self->pages.va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

TEST_F(exclusive, freed_and_given_back)
{
	NEED(lacks_reclaim());
	use_reclaim(_metadata, &self->pages);
	free_and_take(_metadata, &self->pages);
	pages_check_data(&self->pages, self->pages.va);
	reclaim_after(_metadata, &self->pages);
	pages_check_back_written(&self->pages, self->pages.va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

/* The CPU gets pages back as dirty as they were. */
TEST_F(exclusive, swapped_out_when_given_back)
{
	NEED(lacks_swap());
	ASSERT_EQ(0, swap_on(RAM_DISK));
	pages_take(&self->pages);
	pages_check_data(&self->pages, self->pages.va);
	EXPECT_TRUE(swap_out(self->pages.fd, self->pages.va, PAGES));
	pages_check_back_written(&self->pages, self->pages.va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

TEST_F(exclusive, taken_from_swap)
{
	NEED(lacks_swap());
	ASSERT_EQ(0, swap_on(RAM_DISK));
	ASSERT_TRUE(swap_out(self->pages.fd, self->pages.taken, TAKEN));
	EXPECT_EQ(0, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	self->pages.added[FIRST] += ADD;
	EXPECT_TRUE(is_exclusive(self->pages.fd, self->pages.taken));
	pages_check_back_written(&self->pages, self->pages.va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

/* munlock() reaches pages that a device has. */
TEST_F(exclusive, swapped_out_when_munlocked)
{
	NEED(lacks_swap());
	ASSERT_EQ(0, swap_on(RAM_DISK));
	ASSERT_EQ(0, mlock(self->pages.va, SIZE));
	pages_take(&self->pages);
	ASSERT_EQ(0, munlock(self->pages.va, SIZE));
	pages_check_data(&self->pages, self->pages.va);
	EXPECT_TRUE(swap_out(self->pages.fd, self->pages.va, PAGES));
	pages_check_back_written(&self->pages, self->pages.va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

#define IDLE	"/sys/kernel/mm/page_idle/bitmap"

/* A page that the device has is idle until the CPU takes it back. */
TEST_F(exclusive, page_is_idle)
{
	__u64 pfn = self->pages.before[FIRST].pfn, bit = 1ULL << pfn % 64, idle = bit;
	int fd;

	NEED(lacks(IDLE, "CONFIG_IDLE_PAGE_TRACKING"));
	fd = open(IDLE, O_RDWR);
	pages_take(&self->pages);
	ASSERT_EQ(8, pwrite(fd, &idle, 8, pfn / 64 * 8));
	ASSERT_EQ(8, pread(fd, &idle, 8, pfn / 64 * 8));
	EXPECT_TRUE(idle & bit);
	pages_check_exclusive(&self->pages, self->pages.va);
	EXPECT_EQ(0, try_read(self->pages.taken));
	ASSERT_EQ(8, pread(fd, &idle, 8, pfn / 64 * 8));
	EXPECT_FALSE(idle & bit);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_HARNESS_MAIN

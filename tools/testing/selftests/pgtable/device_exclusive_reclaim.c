// SPDX-License-Identifier: GPL-2.0
/*
 * Reclaim finds device-exclusive entries as it finds others: it swaps their pages out, and what
 * CPU or device have written comes back.
 */
#define _GNU_SOURCE
#include "device_exclusive_hold.h"
#include "device_exclusive_pages.h"
#include "device_exclusive_swap.h"

static bool use_reclaim(struct __test_metadata *_metadata, exclusive_t *self)
{
	if (!need_reclaim(_metadata))
		return false;
	use_memory(_metadata, self, exclusive_map(SIZE));
	return true;
}

TEST_F(exclusive, reclaim_swaps_it_out)
{
	if (!use_reclaim(_metadata, self))
		return;
	take(_metadata, self);
	EXPECT_TRUE(reclaim_all(self->fd, self->taken, TAKEN));
	check_kind(_metadata, self, TEST_EXCLUSIVE_SWAP);
	check_back_written(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off());
}

/* What is not swapped out stays the device's, whole. */
TEST_F(exclusive, reclaim_without_swap)
{
	if (!use_reclaim(_metadata, self))
		return;
	ASSERT_EQ(0, swap_off());
	take(_metadata, self);
	reclaim_some();
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, reclaim_of_a_read_only_vma)
{
	if (!use_reclaim(_metadata, self))
		return;
	take(_metadata, self);
	ASSERT_EQ(0, mprotect(self->va, SIZE, PROT_READ));
	EXPECT_TRUE(reclaim_all(self->fd, self->taken, TAKEN));
	check_data(_metadata, self, self->va);
	EXPECT_EQ(SIGSEGV, try_write(self->taken, 0));
	ASSERT_EQ(0, mprotect(self->va, SIZE, RW));
	check_back_written(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off());
}

/* A device that works on the page has it locked, and reclaim passes by. */
TEST_F(exclusive, reclaim_while_the_device_holds_it)
{
	struct hold held;

	if (!use_reclaim(_metadata, self))
		return;
	ASSERT_TRUE(hold_start(&held, self->fd, self->taken, 1, self->how));
	reclaim_some();
	EXPECT_EQ(1, hold_end(&held));
	self->added[FIRST] += ADD;
	check_back_written(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off());
}

/* A write takes back what MADV_FREE has said, and a device's is one. */
TEST_F(exclusive, reclaim_keeps_what_was_freed_and_written)
{
	int i;

	if (!use_reclaim(_metadata, self))
		return;
	ASSERT_EQ(0, madvise(self->taken, TAKEN * PFNMAP_4K, MADV_FREE));
	take(_metadata, self);
	for (i = 0; i < 3; i++)
		reclaim_some();
	EXPECT_EQ(0, count_kind(self->fd, self->taken, TAKEN, TEST_EXCLUSIVE_NONE));
	check_back_written(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off());
}

TEST_F(exclusive, freed_and_given_back)
{
	int i;

	if (!use_reclaim(_metadata, self))
		return;
	ASSERT_EQ(0, madvise(self->taken, TAKEN * PFNMAP_4K, MADV_FREE));
	take(_metadata, self);
	check_data(_metadata, self, self->va);
	for (i = 0; i < 3; i++)
		reclaim_some();
	check_back_written(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off());
}

/* By advice: what the CPU has back is as dirty as it was. */
TEST_F(exclusive, swapped_out_when_given_back)
{
	if (!need_swap(_metadata))
		return;
	take(_metadata, self);
	check_data(_metadata, self, self->va);
	EXPECT_TRUE(swap_out(self->fd, self->va, PAGES));
	check_back_written(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off());
}

TEST_F(exclusive, taken_from_swap)
{
	if (!need_swap(_metadata))
		return;
	ASSERT_TRUE(swap_out(self->fd, self->taken, TAKEN));
	EXPECT_EQ(0, take_page(self->fd, self->taken, self->how));
	self->added[FIRST] += ADD;
	EXPECT_TRUE(is_exclusive(self->fd, self->taken));
	check_back_written(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off());
}

/* munlock() is about pages, whoever has them. */
TEST_F(exclusive, swapped_out_when_munlocked)
{
	if (!need_swap(_metadata))
		return;
	ASSERT_EQ(0, mlock(self->va, SIZE));
	take(_metadata, self);
	ASSERT_EQ(0, munlock(self->va, SIZE));
	check_data(_metadata, self, self->va);
	EXPECT_TRUE(swap_out(self->fd, self->va, PAGES));
	check_back_written(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off());
}

#define IDLE	"/sys/kernel/mm/page_idle/bitmap"

/* No CPU has used it since, nor can any without a fault. */
TEST_F(exclusive, page_is_idle)
{
	__u64 pfn = self->before[FIRST].pfn, bit = 1ULL << pfn % 64, idle = bit;
	int fd;

	if (!need(_metadata, IDLE, "CONFIG_IDLE_PAGE_TRACKING"))
		return;
	fd = open(IDLE, O_RDWR);
	take(_metadata, self);
	ASSERT_EQ(8, pwrite(fd, &idle, 8, pfn / 64 * 8));
	ASSERT_EQ(8, pread(fd, &idle, 8, pfn / 64 * 8));
	EXPECT_TRUE(idle & bit);
	check_exclusive(_metadata, self, self->va);
	EXPECT_EQ(0, try_read(self->taken));
	ASSERT_EQ(8, pread(fd, &idle, 8, pfn / 64 * 8));
	EXPECT_FALSE(idle & bit);
	check_back(_metadata, self, self->va, RW);
}

TEST_HARNESS_MAIN

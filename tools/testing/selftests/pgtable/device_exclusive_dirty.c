// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty bit of an entry that is taken away. A page that came from swap has its old contents there
 * still: who drops the bit has reclaim drop the page, and the process reads the old contents.
 */
#define _GNU_SOURCE
/* What is read from a RAM disk itself leaves swap at once. */
#define SWAP_DISK	"/dev/loop0"
#include <linux/loop.h>

#include "device_exclusive_memory.h"
#include "device_exclusive_swap.h"

#define PAGES	64
#define SIZE	(PAGES * PFNMAP_4K)
#define NEW	1000	/* what is added to the number of a page that is written anew */

FIXTURE(dirty)
{
	int fd;
	char *va;
};

#define dirty_t	FIXTURE_DATA(dirty)

/* Reports a skipped test and returns false where there is no such disk. */
static bool need_loop(struct __test_metadata *_metadata)
{
	int loop, ram, ret;

	if (!need(_metadata, SWAP_DISK, "CONFIG_BLK_DEV_LOOP"))
		return false;
	loop = open(SWAP_DISK, O_RDWR | O_CLOEXEC);
	ram = open(RAM_DISK, O_RDWR | O_CLOEXEC);
	ret = result(ioctl(loop, LOOP_SET_FD, ram));
	close(ram);
	close(loop);
	/* Of the test before. */
	EXPECT_TRUE(!ret || ret == -EBUSY);
	return true;
}

FIXTURE_SETUP(dirty)
{
	self->fd = exclusive_open();
	if (!need_device(_metadata, self->fd) || !need_loop(_metadata) || !need_swap(_metadata))
		return;
	self->va = exclusive_map(SIZE);
	ASSERT_NE(MAP_FAILED, self->va);
}

FIXTURE_TEARDOWN(dirty)
{
	munmap(self->va, SIZE);
	swap_off();
	close(self->fd);
}

static void read_pages(char *va)
{
	int i;

	for (i = 0; i < PAGES; i++)
		bar_read(page_at(va, i));
}

static void write_anew(char *va)
{
	int i;

	for (i = 0; i < PAGES; i++)
		fill_page(page_at(va, i), i + NEW);
}

/* How many pages are dirty in their entry alone: their folio is as it is in swap. */
static int count_dirty_in_entry(int fd, const char *va)
{
	const __u32 mask = TEST_EXCLUSIVE_DIRTY | TEST_EXCLUSIVE_FOLIO_DIRTY;
	int i, count = 0;

	for (i = 0; i < PAGES; i++)
		count += (look_at(fd, page_at(va, i)).flags & mask) == TEST_EXCLUSIVE_DIRTY;
	return count;
}

/* Pages that are in swap with other contents than they have now. */
static void make_stale_in_swap(struct __test_metadata *_metadata, dirty_t *self)
{
	fill_pages(self->va, PAGES);
	ASSERT_TRUE(swap_out(self->fd, self->va, PAGES));
	read_pages(self->va);
	write_anew(self->va);
	/* Or the test could not fail. */
	ASSERT_EQ(PAGES, count_dirty_in_entry(self->fd, self->va));
}

static void check_anew(struct __test_metadata *_metadata, dirty_t *self, bool added)
{
	EXPECT_TRUE(swap_out(self->fd, self->va, PAGES));
	EXPECT_EQ(0, wrong_pages(self->va, PAGES, NEW, added));
}

TEST_F(dirty, swapped_out_again)
{
	make_stale_in_swap(_metadata, self);
	check_anew(_metadata, self, false);
}

/* Collected for a migration, put back, and out under memory pressure. */
TEST_F(dirty, survives_migration)
{
	struct test_exclusive_collect collect;

	make_stale_in_swap(_metadata, self);
	ASSERT_EQ(0, exclusive_collect(self->fd, self->va, PAGES, &collect));
	EXPECT_EQ(PAGES, collect.collected);
	check_anew(_metadata, self, false);
}

static void check_taken(struct __test_metadata *_metadata, dirty_t *self, __u32 how)
{
	__s32 results[PAGES];

	make_stale_in_swap(_metadata, self);
	ASSERT_EQ(PAGES, take_pages(self->fd, self->va, PAGES, how, results));
	read_pages(self->va);
	check_anew(_metadata, self, true);
}

TEST_F(dirty, survives_the_device)
{
	check_taken(_metadata, self, TEST_EXCLUSIVE_SINGLE);
}

TEST_F(dirty, survives_the_device_range)
{
	check_taken(_metadata, self, TEST_EXCLUSIVE_RANGE);
}

/* fork() takes the pages back; the child leaves before any is swapped out. */
TEST_F(dirty, survives_fork)
{
	__s32 results[PAGES];
	int status;
	pid_t pid;

	make_stale_in_swap(_metadata, self);
	ASSERT_EQ(PAGES, take_pages(self->fd, self->va, PAGES, TEST_EXCLUSIVE_RANGE, results));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(wrong_pages(self->va, PAGES, NEW, true));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	check_anew(_metadata, self, true);
}

TEST_HARNESS_MAIN

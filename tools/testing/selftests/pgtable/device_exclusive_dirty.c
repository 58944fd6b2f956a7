// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty bit of an entry that is taken away. A page that came from swap still has its old
 * contents there. If the bit is lost, reclaim drops the page, and the process reads those.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/loop.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/exclusive.h"
#include "lib/harness.h"
#include "lib/memory.h"
#include "lib/need.h"
#include "lib/swap.h"

/* A page that is read from a RAM disk leaves swap at once; one from a loop device does not. */
#define LOOP	"/dev/loop0"

#define PAGES	64
#define SIZE	(PAGES * PAGE_SIZE)
#define NEW	1000	/* added to the number of a page that is written anew */

FIXTURE(dirty)
{
	int fd;
	char *va;
};

#define dirty_t	FIXTURE_DATA(dirty)

/* Makes the RAM disk the backing of the loop device, if it is not yet. */
static int bind_loop(void)
{
	int loop = open(LOOP, O_RDWR | O_CLOEXEC), ram = open(RAM_DISK, O_RDWR | O_CLOEXEC), ret;

	ret = result(ioctl(loop, LOOP_SET_FD, ram));
	close(ram);
	close(loop);
	return ret == -EBUSY ? 0 : ret;
}

FIXTURE_SETUP(dirty)
{
	OPEN_EXCLUSIVE(self->fd);
	NEED(lacks(LOOP, "CONFIG_BLK_DEV_LOOP"));
	NEED(lacks_swap());
	EXPECT_EQ(0, bind_loop());
	ASSERT_EQ(0, swap_on(LOOP));
	self->va = map_small(SIZE);
	ASSERT_NE(MAP_FAILED, self->va);
}

FIXTURE_TEARDOWN(dirty)
{
	munmap(self->va, SIZE);
	swap_off(LOOP);
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

/* Counts pages that are dirty in their entry, and whose folio is clean. */
static int count_dirty_in_entry(int fd, const char *va)
{
	const __u32 mask = TEST_EXCLUSIVE_DIRTY | TEST_EXCLUSIVE_FOLIO_DIRTY;
	int i, count = 0;

	for (i = 0; i < PAGES; i++)
		count += (look_at(fd, page_at(va, i)).flags & mask) == TEST_EXCLUSIVE_DIRTY;
	return count;
}

/* Pages whose old contents are in swap. */
static void make_stale_in_swap(struct __test_metadata *_metadata, dirty_t *self)
{
	fill_pages(self->va, PAGES);
	ASSERT_TRUE(swap_out(self->fd, self->va, PAGES));
	read_pages(self->va);
	write_anew(self->va);
	/* Otherwise the test could not fail. */
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

/* Pages are collected for a migration, put back, and swapped out. */
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

/* fork() takes the pages back. The child exits before any page is swapped out. */
TEST_F(dirty, survives_fork)
{
	__s32 results[PAGES];
	pid_t pid;

	make_stale_in_swap(_metadata, self);
	ASSERT_EQ(PAGES, take_pages(self->fd, self->va, PAGES, TEST_EXCLUSIVE_RANGE, results));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		_exit(wrong_pages(self->va, PAGES, NEW, true));
	EXPECT_TRUE(child_was_right(pid));
	check_anew(_metadata, self, true);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of a process with device-exclusive entries: it gives the pages back, as the child has the
 * same right to them as its parent. And what waits for a device that holds a page.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "../../../../mm/gup_test.h"
#include "lib/child.h"
#include "lib/harness.h"
#include "lib/pages.h"
#include "lib/race.h"

FIXTURE_PAGES

#define TRIES		10
#define GUP_TEST	"/sys/kernel/debug/gup_test"

/* What a child sees and does */

static bool all_hold(struct pages *pages)
{
	bool right = true;
	int i;

	for (i = 0; i < PAGES; i++)
		right &= pages_hold(pages, pages->va, i);
	return right;
}

/* In the child: its pages are as those of the parent were, and its writes change no others. */
static bool has_own_copy(struct pages *pages)
{
	bool right = all_hold(pages);
	int i;

	for (i = 0; i < PAGES; i++) {
		right &= !try_write(page_at(pages->va, i) + COUNTER, i);
		right &= bar_read(page_at(pages->va, i) + COUNTER) == i;
	}
	return right;
}

/* A page that parent and child share is not taken; the device gets a copy. */
static bool takes_own_copy(struct pages *pages)
{
	__s32 results[TAKEN];
	int made = take_pages(pages->fd, pages->taken, TAKEN, pages->how, results), i;
	bool right = made == TAKEN;

	for (i = FIRST; i < FIRST + TAKEN; i++) {
		pages->added[i] += ADD;
		right &= look_at(pages->fd, page_at(pages->va, i)).pfn != pages->before[i].pfn;
	}
	return right && all_hold(pages);
}

static pid_t fork_that(struct pages *pages, bool (*right)(struct pages *pages))
{
	pid_t pid = fork();

	if (!pid)
		_exit(!right(pages));
	return pid;
}

TEST_F(exclusive, fork_child_has_own_copy)
{
	pages_take(&self->pages);
	EXPECT_TRUE(child_was_right(fork_that(&self->pages, has_own_copy)));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_PRESENT);
	pages_check_back_written(&self->pages, self->pages.va);
}

/* The parent writes first, and the child keeps the old page. */
TEST_F(exclusive, fork_child_keeps_what_was)
{
	char byte = 0;
	int go[2], i;
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	pages_take(&self->pages);
	pid = fork();
	if (!pid)
		_exit(close(go[1]) || read(go[0], &byte, 1) != 1 || !all_hold(&self->pages));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(0, try_write(page_at(self->pages.va, i) + COUNTER, i));
	ASSERT_EQ(1, write(go[1], &byte, 1));
	EXPECT_TRUE(child_was_right(pid));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(i, bar_read(page_at(self->pages.va, i) + COUNTER));
}

TEST_F(exclusive, fork_parent_takes_a_copy)
{
	char byte = 0;
	int go[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	pages_take(&self->pages);
	pid = fork();
	if (!pid)
		_exit(close(go[1]) || read(go[0], &byte, 1) != 1 || !all_hold(&self->pages));
	EXPECT_TRUE(takes_own_copy(&self->pages));
	ASSERT_EQ(1, write(go[1], &byte, 1));
	EXPECT_TRUE(child_was_right(pid));
	pages_check_back_written(&self->pages, self->pages.va);
}

TEST_F(exclusive, fork_child_takes_a_copy)
{
	pages_take(&self->pages);
	EXPECT_TRUE(child_was_right(fork_that(&self->pages, takes_own_copy)));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_PRESENT);
	pages_check_back_written(&self->pages, self->pages.va);
	pages_take(&self->pages);
	pages_check_back(&self->pages, self->pages.va, RW);
}

static bool forks_again(struct pages *pages)
{
	return takes_own_copy(pages) && child_was_right(fork_that(pages, has_own_copy)) &&
	       all_hold(pages);
}

TEST_F(exclusive, fork_of_a_child)
{
	pages_take(&self->pages);
	EXPECT_TRUE(child_was_right(fork_that(&self->pages, forks_again)));
	pages_check_back_written(&self->pages, self->pages.va);
}

/* fork() leaves pages alone that the child does not get. */

static bool has_none(struct pages *pages)
{
	return try_read(pages->taken) == SIGSEGV;
}

TEST_F(exclusive, fork_without_the_pages)
{
	ASSERT_EQ(0, madvise(self->pages.va, SIZE, MADV_DONTFORK));
	pages_take(&self->pages);
	EXPECT_TRUE(child_was_right(fork_that(&self->pages, has_none)));
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

static bool has_zeroes(struct pages *pages)
{
	return !bar_read(pages->taken) && !bar_read(pages->taken + COUNTER);
}

TEST_F(exclusive, fork_that_wipes_the_pages)
{
	ASSERT_EQ(0, madvise(self->pages.va, SIZE, MADV_WIPEONFORK));
	pages_take(&self->pages);
	EXPECT_TRUE(child_was_right(fork_that(&self->pages, has_zeroes)));
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

/* While the device holds a page: it has the folio locked, and no lock of the process. */

static void hold(struct __test_metadata *_metadata, struct pages *pages, struct hold *hold)
{
	ASSERT_TRUE(hold_start(hold, pages->fd, pages->taken, 1, pages->how));
	/* Takes the mmap lock for writing, and changes nothing. */
	ASSERT_EQ(0, mprotect(pages->va, SIZE, RW));
	EXPECT_TRUE(is_locked(pages->fd, pages->taken))
		TH_LOG("the device holds the mmap lock, too");
}

static void end_hold(struct __test_metadata *_metadata, struct pages *pages, struct hold *hold)
{
	EXPECT_EQ(1, hold_end(hold));
	EXPECT_FALSE(is_locked(pages->fd, pages->taken));
}

TEST_F(exclusive, fork_waits_for_the_device)
{
	struct hold held;
	pid_t pid;

	hold(_metadata, &self->pages, &held);
	self->pages.added[FIRST] += ADD;
	pid = fork_that(&self->pages, has_own_copy);
	EXPECT_LT(0, pid)
		TH_LOG("fork: %s", strerror(errno));
	EXPECT_LE(held.until, race_now());
	EXPECT_TRUE(child_was_right(pid));
	end_hold(_metadata, &self->pages, &held);
	pages_check_back_written(&self->pages, self->pages.va);
}

TEST_F(exclusive, read_waits_for_the_device)
{
	struct hold held;

	hold(_metadata, &self->pages, &held);
	EXPECT_EQ(counter_of(FIRST) + ADD, bar_read(self->pages.taken + COUNTER));
	EXPECT_LE(held.until, race_now());
	self->pages.added[FIRST] += ADD;
	end_hold(_metadata, &self->pages, &held);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, write_waits_for_the_device)
{
	struct hold held;

	hold(_metadata, &self->pages, &held);
	__atomic_fetch_add((__u64 *)(self->pages.taken + COUNTER), 1, __ATOMIC_RELAXED);
	EXPECT_LE(held.until, race_now());
	self->pages.added[FIRST] += ADD + 1;
	end_hold(_metadata, &self->pages, &held);
	pages_check_back(&self->pages, self->pages.va, RW);
}

/* Returns whether the device still had the page when it was free. */
static bool free_while_held(struct __test_metadata *_metadata, struct pages *pages)
{
	struct hold held;
	bool still;

	fill_page(pages->taken, FIRST);
	hold(_metadata, pages, &held);
	ASSERT_EQ(0, madvise(pages->taken, PAGE_SIZE, MADV_DONTNEED));
	still = race_now() < held.until;
	EXPECT_EQ(TEST_EXCLUSIVE_NONE, look_at(pages->fd, pages->taken).kind);
	EXPECT_EQ(0, bar_read(pages->taken + COUNTER));
	EXPECT_EQ(1, hold_end(&held));
	EXPECT_EQ(0, bar_read(pages->taken + COUNTER));
	return still;
}

/* Freeing does not wait; the device goes on with the old page. */
TEST_F(exclusive, freed_while_the_device_holds_it)
{
	bool met = false;
	int i;

	for (i = 0; i < TRIES && !met; i++)
		met = free_while_held(_metadata, &self->pages);
	EXPECT_TRUE(met);
	pages_check_others(&self->pages);
}

TEST_F(exclusive, protected_while_the_device_holds_it)
{
	struct hold held;

	hold(_metadata, &self->pages, &held);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(self->pages.taken, 0));
	self->pages.added[FIRST] += ADD;
	end_hold(_metadata, &self->pages, &held);
	pages_check_back(&self->pages, self->pages.va, PROT_READ);
}

/* A pin goes on to see what the parent writes: the child gets the copy. */
TEST_F(exclusive, fork_of_a_pinned_page)
{
	struct pin_longterm_test pin = {
		.addr = (uintptr_t)self->pages.taken,
		.size = PAGE_SIZE,
		.flags = PIN_LONGTERM_TEST_FLAG_USE_WRITE,
	};
	char *pinned = map_small(PAGE_SIZE);
	__u64 to = (uintptr_t)pinned;
	int fd;

	NEED(lacks(GUP_TEST, "CONFIG_GUP_TEST"));
	fd = open(GUP_TEST, O_RDWR);
	ASSERT_EQ(0, ioctl(fd, PIN_LONGTERM_TEST_START, &pin));
	ASSERT_EQ(0, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	EXPECT_TRUE(is_exclusive(self->pages.fd, self->pages.taken));
	self->pages.added[FIRST] += ADD;
	EXPECT_TRUE(child_was_right(fork_that(&self->pages, has_own_copy)));
	EXPECT_EQ(self->pages.before[FIRST].pfn, look_at(self->pages.fd, self->pages.taken).pfn);
	EXPECT_EQ(0, try_write(self->pages.taken + COUNTER, counter_of(FIRST) + ADD + 1));
	self->pages.added[FIRST]++;
	ASSERT_EQ(0, ioctl(fd, PIN_LONGTERM_TEST_READ, &to));
	EXPECT_TRUE(page_holds(pinned, FIRST, self->pages.added[FIRST]));
	ASSERT_EQ(0, ioctl(fd, PIN_LONGTERM_TEST_STOP));
	pages_check_back_written(&self->pages, self->pages.va);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Poison in a frame that a device has: an access to the page ends in SIGBUS, and no other page is
 * lost.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/prctl.h>

#include "lib/child.h"
#include "lib/harness.h"
#include "lib/need.h"
#include "lib/pages.h"
#include "lib/poison.h"
#include "lib/race.h"

FIXTURE_PAGES

/* The first page taken is lost; the others are all right. */
static void check_poisoned(struct __test_metadata *_metadata, struct pages *pages)
{
	char *lost = pages->taken + COUNTER;
	int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(SIGBUS, try_read(lost));
		EXPECT_TRUE(last_was(BUS_MCEERR_AR, lost));
		EXPECT_EQ(SIGBUS, try_write(lost, 0));
		EXPECT_TRUE(last_was(BUS_MCEERR_AR, lost));
	}
	EXPECT_EQ(TEST_EXCLUSIVE_HWPOISON, look_at(pages->fd, pages->taken).kind);
	for (i = 0; i < PAGES; i++)
		if (i != FIRST)
			EXPECT_TRUE(pages_hold(pages, pages->va, i))
				TH_LOG("page %d", i);
	EXPECT_EQ(-EFAULT, take_page(pages->fd, pages->taken, pages->how));
	EXPECT_EQ(0, take_page(pages->fd, page_at(pages->taken, 1), pages->how));
}

/* A process that does not map it poisons the first page taken. */
static void poison(struct __test_metadata *_metadata, struct pages *pages)
{
	pid_t pid;

	ASSERT_EQ(0, madvise(pages->va, SIZE, MADV_DONTFORK));
	pid = fork();
	if (!pid)
		_exit(!poison_frame(pages->before[FIRST].pfn));
	ASSERT_TRUE(child_was_right(pid));
}

TEST_F(exclusive, poison_refuses_the_page)
{
	NEED(lacks_poison());
	ASSERT_EQ(0, catch_signals());
	pages_take(&self->pages);
	poison(_metadata, &self->pages);
	EXPECT_EQ(0, signals);
	EXPECT_EQ(TEST_EXCLUSIVE_HWPOISON, look_at(self->pages.fd, self->pages.taken).kind);
	EXPECT_EQ(TAKEN - 1, count_kind(self->pages.fd, self->pages.taken, TAKEN,
					TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	check_poisoned(_metadata, &self->pages);
}

/* PR_MCE_KILL_EARLY: there is a signal before any access. */
TEST_F(exclusive, poison_is_told_early)
{
	NEED(lacks_poison());
	ASSERT_EQ(0, catch_signals());
	pages_take(&self->pages);
	ASSERT_EQ(0, prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0));
	ASSERT_EQ(0, note_signals());
	poison(_metadata, &self->pages);
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AO, self->pages.taken));
	ASSERT_EQ(0, catch_signals());
	check_poisoned(_metadata, &self->pages);
}

/* Poisoning waits for the device to unlock the page. */
TEST_F(exclusive, poison_waits_for_the_device)
{
	struct hold held;

	NEED(lacks_poison());
	ASSERT_EQ(0, catch_signals());
	pages_start_hold(&self->pages, &held);
	poison_frame(self->pages.before[FIRST].pfn);
	EXPECT_LE(held.until, race_now());
	EXPECT_EQ(1, hold_end(&held));
	check_poisoned(_metadata, &self->pages);
}

TEST_F(exclusive, poison_by_address)
{
	NEED(lacks_poison());
	ASSERT_EQ(0, catch_signals());
	pages_take(&self->pages);
	if (!sigsetjmp(refused, 1))
		madvise(self->pages.taken, PAGE_SIZE, MADV_HWPOISON);
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AR, self->pages.taken));
	check_poisoned(_metadata, &self->pages);
}

/* MADV_DONTNEED throws the poison away, and there is a new page. */
TEST_F(exclusive, poison_is_thrown_away)
{
	NEED(lacks_poison());
	ASSERT_EQ(0, catch_signals());
	pages_take(&self->pages);
	poison(_metadata, &self->pages);
	ASSERT_EQ(0, madvise(self->pages.taken, PAGE_SIZE, MADV_DONTNEED));
	EXPECT_EQ(0, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	EXPECT_EQ(ADD, bar_read(self->pages.taken + COUNTER));
	pages_check_others(&self->pages);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * A frame that a device has is poisoned: whoever touches that page gets SIGBUS, and nobody loses
 * more than that page.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>

#include "device_exclusive_hold.h"
#include "device_exclusive_pages.h"

#define CORRUPT_PFN	"/sys/kernel/debug/hwpoison/corrupt-pfn"

static siginfo_t last;
static int signals;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	last = *info;
	signals++;
}

static void on_access(int sig, siginfo_t *info, void *context)
{
	on_signal(sig, info, context);
	siglongjmp(refused, sig);
}

static int catch_signals(void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };

	signals = 0;
	return sigaction(SIGBUS, &action, NULL);
}

static bool last_was(int code, const void *va)
{
	return last.si_signo == SIGBUS && last.si_code == code && last.si_addr == va &&
	       last.si_addr_lsb == 12;
}

static bool inject(__u64 pfn)
{
	int fd = open(CORRUPT_PFN, O_WRONLY);
	int ret = dprintf(fd, "%llu", pfn);

	close(fd);
	return ret > 0;
}

/* The first page taken is lost, for good; the others are all right. */
static void check_poisoned(struct __test_metadata *_metadata, exclusive_t *self)
{
	char *lost = self->taken + COUNTER;
	int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(SIGBUS, try_read(lost));
		EXPECT_TRUE(last_was(BUS_MCEERR_AR, lost));
		EXPECT_EQ(SIGBUS, try_write(lost, 0));
		EXPECT_TRUE(last_was(BUS_MCEERR_AR, lost));
	}
	EXPECT_EQ(TEST_EXCLUSIVE_HWPOISON, look_at(self->fd, self->taken).kind);
	for (i = 0; i < PAGES; i++)
		if (i != FIRST)
			EXPECT_TRUE(holds(self, self->va, i))
				TH_LOG("page %d", i);
	EXPECT_EQ(-EFAULT, take_page(self->fd, self->taken, self->how));
	EXPECT_EQ(0, take_page(self->fd, page_at(self->taken, 1), self->how));
}

/* Taken pages, the first of which is poisoned by someone who does not have it. */
static void poison(struct __test_metadata *_metadata, exclusive_t *self)
{
	pid_t pid;

	ASSERT_EQ(0, madvise(self->va, SIZE, MADV_DONTFORK));
	pid = fork();
	if (!pid)
		_exit(!inject(self->before[FIRST].pfn));
	ASSERT_TRUE(child_was_right(pid));
}

static bool need_poison(struct __test_metadata *_metadata)
{
	return need(_metadata, CORRUPT_PFN, "CONFIG_HWPOISON_INJECT") &&
	       !catch_signals(on_access);
}

TEST_F(exclusive, poison_refuses_the_page)
{
	if (!need_poison(_metadata))
		return;
	take(_metadata, self);
	poison(_metadata, self);
	EXPECT_EQ(0, signals);
	EXPECT_EQ(TEST_EXCLUSIVE_HWPOISON, look_at(self->fd, self->taken).kind);
	EXPECT_EQ(TAKEN - 1, count_kind(self->fd, self->taken, TAKEN,
					TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	check_poisoned(_metadata, self);
}

/* Who wants to know at once hears of it before any access. */
TEST_F(exclusive, poison_is_told_early)
{
	if (!need_poison(_metadata))
		return;
	take(_metadata, self);
	ASSERT_EQ(0, prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0));
	ASSERT_EQ(0, catch_signals(on_signal));
	poison(_metadata, self);
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AO, self->taken));
	ASSERT_EQ(0, catch_signals(on_access));
	check_poisoned(_metadata, self);
}

/* The page is in the way of the poison, and is what it finds. */
TEST_F(exclusive, poison_waits_for_the_device)
{
	struct hold held;

	if (!need_poison(_metadata))
		return;
	ASSERT_TRUE(hold_start(&held, self->fd, self->taken, 1, self->how));
	inject(self->before[FIRST].pfn);
	EXPECT_EQ(1, hold_end(&held));
	check_poisoned(_metadata, self);
}

TEST_F(exclusive, poison_by_address)
{
	if (!need_poison(_metadata))
		return;
	take(_metadata, self);
	if (!sigsetjmp(refused, 1))
		madvise(self->taken, PFNMAP_4K, MADV_HWPOISON);
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AR, self->taken));
	check_poisoned(_metadata, self);
}

/* A new page is as good as any. */
TEST_F(exclusive, poison_is_thrown_away)
{
	if (!need_poison(_metadata))
		return;
	take(_metadata, self);
	poison(_metadata, self);
	ASSERT_EQ(0, madvise(self->taken, PFNMAP_4K, MADV_DONTNEED));
	EXPECT_EQ(0, take_page(self->fd, self->taken, self->how));
	EXPECT_EQ(ADD, bar_read(self->taken + COUNTER));
	check_others(_metadata, self);
}

TEST_HARNESS_MAIN

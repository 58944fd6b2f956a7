// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of a process with device-exclusive entries: it gives the pages back, for a child has the
 * same rights to them as its parent; and who wants what the device holds just then waits for it.
 */
#define _GNU_SOURCE
#include "../../../../mm/gup_test.h"
#include "device_exclusive_hold.h"
#include "device_exclusive_pages.h"

#define GUP_TEST	"/sys/kernel/debug/gup_test"

/* What a child sees and does */

static bool all_hold(exclusive_t *self)
{
	bool right = true;
	int i;

	for (i = 0; i < PAGES; i++)
		right &= holds(self, self->va, i);
	return right;
}

/* In the child: its pages are as the parent's were, and its writes change them alone. */
static bool has_own_copy(exclusive_t *self)
{
	bool right = all_hold(self);
	int i;

	for (i = 0; i < PAGES; i++) {
		right &= !try_write(page_at(self->va, i) + COUNTER, i);
		right &= bar_read(page_at(self->va, i) + COUNTER) == i;
	}
	return right;
}

/* The child's device has a copy, too: a page of two processes is nobody's alone. */
static bool takes_own_copy(exclusive_t *self)
{
	__s32 results[TAKEN];
	int made = take_pages(self->fd, self->taken, TAKEN, self->how, results), i;
	bool right = made == TAKEN;

	for (i = FIRST; i < FIRST + TAKEN; i++) {
		self->added[i] += ADD;
		right &= look_at(self->fd, page_at(self->va, i)).pfn != self->before[i].pfn;
	}
	return right && all_hold(self);
}

static pid_t fork_that(exclusive_t *self, bool (*right)(exclusive_t *self))
{
	pid_t pid = fork();

	if (!pid)
		_exit(!right(self));
	return pid;
}

TEST_F(exclusive, fork_child_has_own_copy)
{
	take(_metadata, self);
	EXPECT_TRUE(child_was_right(fork_that(self, has_own_copy)));
	check_kind(_metadata, self, TEST_EXCLUSIVE_PRESENT);
	check_back_written(_metadata, self, self->va);
}

/* The parent writes first, and its old page is the child's. */
TEST_F(exclusive, fork_child_keeps_what_was)
{
	char byte = 0;
	int go[2], i;
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	take(_metadata, self);
	pid = fork();
	if (!pid)
		_exit(close(go[1]) || read(go[0], &byte, 1) != 1 || !all_hold(self));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(0, try_write(page_at(self->va, i) + COUNTER, i));
	ASSERT_EQ(1, write(go[1], &byte, 1));
	EXPECT_TRUE(child_was_right(pid));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(i, bar_read(page_at(self->va, i) + COUNTER));
}

TEST_F(exclusive, fork_parent_takes_a_copy)
{
	char byte = 0;
	int go[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	take(_metadata, self);
	pid = fork();
	if (!pid)
		_exit(close(go[1]) || read(go[0], &byte, 1) != 1 || !all_hold(self));
	EXPECT_TRUE(takes_own_copy(self));
	ASSERT_EQ(1, write(go[1], &byte, 1));
	EXPECT_TRUE(child_was_right(pid));
	check_back_written(_metadata, self, self->va);
}

TEST_F(exclusive, fork_child_takes_a_copy)
{
	take(_metadata, self);
	EXPECT_TRUE(child_was_right(fork_that(self, takes_own_copy)));
	check_kind(_metadata, self, TEST_EXCLUSIVE_PRESENT);
	check_back_written(_metadata, self, self->va);
	take(_metadata, self);
	check_back(_metadata, self, self->va, RW);
}

static bool forks_again(exclusive_t *self)
{
	return takes_own_copy(self) && child_was_right(fork_that(self, has_own_copy)) &&
	       all_hold(self);
}

TEST_F(exclusive, fork_of_a_child)
{
	take(_metadata, self);
	EXPECT_TRUE(child_was_right(fork_that(self, forks_again)));
	check_back_written(_metadata, self, self->va);
}

/* A child that gets no page takes none away. */

static bool has_none(exclusive_t *self)
{
	return try_read(self->taken) == SIGSEGV;
}

TEST_F(exclusive, fork_without_the_pages)
{
	ASSERT_EQ(0, madvise(self->va, SIZE, MADV_DONTFORK));
	take(_metadata, self);
	EXPECT_TRUE(child_was_right(fork_that(self, has_none)));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

static bool has_zeroes(exclusive_t *self)
{
	return !bar_read(self->taken) && !bar_read(self->taken + COUNTER);
}

TEST_F(exclusive, fork_that_wipes_the_pages)
{
	ASSERT_EQ(0, madvise(self->va, SIZE, MADV_WIPEONFORK));
	take(_metadata, self);
	EXPECT_TRUE(child_was_right(fork_that(self, has_zeroes)));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

/*
 * While the device holds a page. It has the folio, and no lock of the process: there would be
 * nothing left to wait for behind that.
 */

static void hold(struct __test_metadata *_metadata, exclusive_t *self, struct hold *hold)
{
	ASSERT_TRUE(hold_start(hold, self->fd, self->taken, 1, self->how));
	/* Who locks the address space to write, and changes nothing. */
	ASSERT_EQ(0, mprotect(self->va, SIZE, RW));
	EXPECT_TRUE(is_locked(self->fd, self->taken))
		TH_LOG("the device keeps the address space locked, too");
}

static void end_hold(struct __test_metadata *_metadata, exclusive_t *self, struct hold *hold)
{
	EXPECT_EQ(1, hold_end(hold));
	EXPECT_FALSE(is_locked(self->fd, self->taken));
}

TEST_F(exclusive, fork_waits_for_the_device)
{
	struct hold held;
	pid_t pid;

	hold(_metadata, self, &held);
	self->added[FIRST] += ADD;
	pid = fork_that(self, has_own_copy);
	EXPECT_LT(0, pid)
		TH_LOG("fork: %s", strerror(errno));
	EXPECT_TRUE(child_was_right(pid));
	end_hold(_metadata, self, &held);
	check_back_written(_metadata, self, self->va);
}

TEST_F(exclusive, read_waits_for_the_device)
{
	struct hold held;

	hold(_metadata, self, &held);
	EXPECT_EQ(word(FIRST) / 3 + ADD, bar_read(self->taken + COUNTER));
	self->added[FIRST] += ADD;
	end_hold(_metadata, self, &held);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, write_waits_for_the_device)
{
	struct hold held;

	hold(_metadata, self, &held);
	__atomic_fetch_add((__u64 *)(self->taken + COUNTER), 1, __ATOMIC_RELAXED);
	self->added[FIRST] += ADD + 1;
	end_hold(_metadata, self, &held);
	check_back(_metadata, self, self->va, RW);
}

/* Nobody waits who only frees; the device works on until it is done. */
TEST_F(exclusive, freed_while_the_device_holds_it)
{
	struct hold held;

	hold(_metadata, self, &held);
	ASSERT_EQ(0, madvise(self->taken, PFNMAP_4K, MADV_DONTNEED));
	EXPECT_EQ(TEST_EXCLUSIVE_NONE, look_at(self->fd, self->taken).kind);
	EXPECT_EQ(0, bar_read(self->taken + COUNTER));
	EXPECT_EQ(1, hold_end(&held));
	EXPECT_EQ(0, bar_read(self->taken + COUNTER));
	check_others(_metadata, self);
}

TEST_F(exclusive, protected_while_the_device_holds_it)
{
	struct hold held;

	hold(_metadata, self, &held);
	ASSERT_EQ(0, mprotect(self->va, SIZE, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(self->taken, 0));
	self->added[FIRST] += ADD;
	end_hold(_metadata, self, &held);
	check_back(_metadata, self, self->va, PROT_READ);
}

/* Who has pinned a page goes on to see what its owner writes, so that the child has the copy. */
TEST_F(exclusive, fork_of_a_pinned_page)
{
	struct pin_longterm_test pin = {
		.addr = (uintptr_t)self->taken,
		.size = PFNMAP_4K,
		.flags = PIN_LONGTERM_TEST_FLAG_USE_WRITE,
	};
	static char pinned[PFNMAP_4K];
	__u64 to = (uintptr_t)pinned;
	int fd;

	if (!need(_metadata, GUP_TEST, "CONFIG_GUP_TEST"))
		return;
	fd = open(GUP_TEST, O_RDWR);
	ASSERT_EQ(0, ioctl(fd, PIN_LONGTERM_TEST_START, &pin));
	ASSERT_EQ(0, take_page(self->fd, self->taken, self->how));
	EXPECT_TRUE(is_exclusive(self->fd, self->taken));
	self->added[FIRST] += ADD;
	EXPECT_TRUE(child_was_right(fork_that(self, has_own_copy)));
	EXPECT_EQ(self->before[FIRST].pfn, look_at(self->fd, self->taken).pfn);
	EXPECT_EQ(0, try_write(self->taken + COUNTER, word(FIRST) / 3 + ADD + 1));
	self->added[FIRST]++;
	ASSERT_EQ(0, ioctl(fd, PIN_LONGTERM_TEST_READ, &to));
	EXPECT_TRUE(page_holds(pinned, FIRST, self->added[FIRST]));
	ASSERT_EQ(0, ioctl(fd, PIN_LONGTERM_TEST_STOP));
	check_back_written(_metadata, self, self->va);
}

TEST_HARNESS_MAIN

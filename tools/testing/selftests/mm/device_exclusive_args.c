// SPDX-License-Identifier: GPL-2.0
/*
 * What a device asks for in vain: addresses where no process has memory, and calls that make no
 * sense.
 */
#define _GNU_SOURCE
#include "device_exclusive_range.h"

#define TOP	(1ULL << 63)

/* A good call that takes one page, to be made a bad one. */
static struct test_exclusive_make good_call(range_t *self)
{
	return (struct test_exclusive_make) {
		.addr = (uintptr_t)self->va,
		.count = 1,
		.how = self->how,
		.results = (uintptr_t)self->results,
		.add = ADD,
		.offset = COUNTER,
	};
}

/* The call failed and did nothing. */
static void check_refused(struct __test_metadata *_metadata, range_t *self,
			  struct test_exclusive_make call)
{
	self->results[0] = 1;
	EXPECT_EQ(-EINVAL, exclusive_make(self->fd, &call));
	EXPECT_EQ(1, self->results[0]);
	EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look_at(self->fd, self->va).kind);
	check_counters(_metadata, self);
}

#define check_bad(self, field, value)				\
	do {							\
		struct test_exclusive_make call = good_call(self);	\
								\
		call.field = (value);				\
		check_refused(_metadata, self, call);		\
	} while (0)

TEST_F(range, bad_arguments)
{
	use_filled(_metadata, self, 0, 4);
	check_bad(self, count, 0);
	check_bad(self, count, MOST + 1);
	check_bad(self, count, -1);
	check_bad(self, how, 2);
	check_bad(self, how, -1);
	check_bad(self, addr, (uintptr_t)self->va + 1);
	check_bad(self, addr, (uintptr_t)self->va + 8);
	check_bad(self, addr, (uintptr_t)self->va + PFNMAP_4K - 1);
	check_bad(self, offset, COUNTER + 4);
	check_bad(self, offset, PFNMAP_4K);
	check_bad(self, offset, -8);
	check_bad(self, hold_us, 1000001);
	check_bad(self, hold_us, -1);
}

TEST_F(range, good_arguments)
{
	struct test_exclusive_make call;

	use_filled(_metadata, self, 0, 4);
	call = good_call(self);
	call.offset = PFNMAP_4K - 8;
	EXPECT_EQ(0, exclusive_make(self->fd, &call));
	EXPECT_EQ(1, call.made);
	EXPECT_EQ(~word(0) + ADD, bar_read(self->va + PFNMAP_4K - 8));
	call = good_call(self);
	call.add = -1;
	EXPECT_EQ(0, exclusive_make(self->fd, &call));
	EXPECT_EQ(self->counter[0] - 1, bar_read(self->va + COUNTER));
	call.add = 0;
	call.hold_us = 1;
	EXPECT_EQ(0, exclusive_make(self->fd, &call));
	EXPECT_EQ(self->counter[0] - 1, bar_read(self->va + COUNTER));
}

TEST_F(range, unknown_call)
{
	EXPECT_EQ(-ENOTTY, pfnmap_ioctl(self->fd, _IO('X', 0x7f), NULL));
}

TEST_F(range, arguments_out_of_reach)
{
	EXPECT_EQ(-EFAULT, exclusive_make(self->fd, NULL));
	EXPECT_EQ(-EFAULT, exclusive_make(self->fd, (void *)TOP));
	EXPECT_EQ(-EFAULT, pfnmap_ioctl(self->fd, TEST_EXCLUSIVE_LOOK, NULL));
	EXPECT_EQ(-EFAULT, pfnmap_ioctl(self->fd, TEST_EXCLUSIVE_COLLECT, NULL));
}

/* Nobody hears of the pages, which are taken and given back as ever. */
TEST_F(range, results_out_of_reach)
{
	struct test_exclusive_make call;
	int i;

	use_filled(_metadata, self, 0, 4);
	call = good_call(self);
	call.count = 4;
	call.results = PFNMAP_4K;
	EXPECT_EQ(-EFAULT, exclusive_make(self->fd, &call));
	for (i = 0; i < 4; i++) {
		EXPECT_FALSE(is_locked(self->fd, page_at(self->va, i)));
		self->counter[i] = bar_read(page_at(self->va, i) + COUNTER);
	}
	check_range(_metadata, self);
}

TEST_F(range, nobody_wants_the_results)
{
	struct test_exclusive_make call;
	int i;

	use_filled(_metadata, self, 0, 4);
	call = good_call(self);
	call.count = 4;
	call.results = 0;
	EXPECT_EQ(0, exclusive_make(self->fd, &call));
	EXPECT_EQ(4, call.made);
	for (i = 0; i < 4; i++)
		self->counter[i] += ADD;
	check_counters(_metadata, self);
}

/* Results that lie in the pages themselves, which are given back for them to be written. */
TEST_F(range, results_in_the_range)
{
	struct test_exclusive_make call;
	int i;

	use_filled(_metadata, self, 0, 4);
	call = good_call(self);
	call.count = 4;
	call.results = (uintptr_t)page_at(self->va, 2) + 1024;
	bar_write(page_at(self->va, 2) + 1024, -1);
	EXPECT_EQ(0, exclusive_make(self->fd, &call));
	for (i = 0; i < 4; i++)
		self->counter[i] += ADD;
	EXPECT_EQ(0, bar_read(page_at(self->va, 2) + 1024));
	check_counters(_metadata, self);
}

/* Where nobody has memory each page fails, or all do if addresses end within the range. */
static void check_nowhere(struct __test_metadata *_metadata, range_t *self, __u64 addr, int count)
{
	struct test_exclusive_make call = good_call(self);
	int i, ret;

	call.addr = addr;
	call.count = count;
	ret = exclusive_make(self->fd, &call);
	if (ret == -EINVAL)
		return;
	EXPECT_EQ(0, ret)
		TH_LOG("%d pages at %llx", count, addr);
	EXPECT_EQ(0, call.made);
	for (i = 0; i < count; i++)
		EXPECT_EQ(-EFAULT, self->results[i])
			TH_LOG("page %d of %d at %llx", i, count, addr);
}

TEST_F(range, addresses_of_nobody)
{
	static const __u64 addrs[] = {
		0, -PFNMAP_4K, -2 * PFNMAP_4K, -MOST * PFNMAP_4K, -MOST * PFNMAP_4K + PFNMAP_4K,
		TOP, TOP - PFNMAP_4K, TOP - 512 * PFNMAP_4K,
		/* Where addresses of user space end, with so many bits. */
		1ULL << 47, (1ULL << 47) - PFNMAP_4K, 1ULL << 48, (1ULL << 48) - PFNMAP_4K,
		1ULL << 52, 1ULL << 56, (1ULL << 56) - PFNMAP_4K, -(1ULL << 47), -(1ULL << 48),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		check_nowhere(_metadata, self, addrs[i], 1);
		check_nowhere(_metadata, self, addrs[i], 2);
		check_nowhere(_metadata, self, addrs[i], MOST);
	}
}

/* The device belongs to who asks, whoever opened it. */
TEST_F(range, device_of_the_parent)
{
	pid_t pid;

	use_filled(_metadata, self, 0, 4);
	pid = fork();
	if (!pid) {
		int made = take_pages(self->fd, self->va, 4, self->how, self->results);

		_exit(made != 4 || wrong_pages(self->va, 4, 0, true));
	}
	EXPECT_TRUE(child_was_right(pid));
	EXPECT_EQ(4, count_kind(self->fd, self->va, 4, TEST_EXCLUSIVE_PRESENT));
	check_counters(_metadata, self);
}

TEST_HARNESS_MAIN

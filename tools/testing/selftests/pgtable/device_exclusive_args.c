// SPDX-License-Identifier: GPL-2.0
/*
 * What a device asks for in vain: addresses where no process has memory, and calls that make no
 * sense.
 */
#define _GNU_SOURCE
#ifdef __x86_64__
#include <asm/prctl.h>
#endif

#include "device_exclusive_range.h"

#define TOP	(1ULL << 63)
#define SECONDS	30	/* for calls that must fail at once, on a busy machine */

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
	check_bad(self, count, MOST + 1);
	check_bad(self, count, -1);
	check_bad(self, how, 4);
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

/* The array of no page is a null pointer. */
TEST_F(range, no_pages)
{
	struct test_exclusive_make call;

	use_filled(_metadata, self, 0, 4);
	call = good_call(self);
	call.count = 0;
	self->results[0] = 1;
	EXPECT_EQ(0, exclusive_make(self->fd, &call));
	EXPECT_EQ(0, call.made);
	EXPECT_EQ(1, self->results[0]);
	EXPECT_EQ(4, count_kind(self->fd, self->va, 4, TEST_EXCLUSIVE_PRESENT));
	call.addr = -PFNMAP_4K;
	EXPECT_EQ(0, exclusive_make(self->fd, &call));
	EXPECT_EQ(0, call.made);
	check_counters(_metadata, self);
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

/* Each page fails, with what is in @want, and nothing else happens. */
static void check_fails(struct __test_metadata *_metadata, range_t *self, __u64 addr, int count,
			const __s32 *want)
{
	struct test_exclusive_make call = good_call(self);
	int i;

	call.addr = addr;
	call.count = count;
	memset(self->results, 0, sizeof(self->results));
	EXPECT_EQ(0, exclusive_make(self->fd, &call))
		TH_LOG("%d pages at %llx", count, addr);
	EXPECT_EQ(0, call.made);
	for (i = 0; i < count; i++)
		EXPECT_EQ(want[i], self->results[i])
			TH_LOG("page %d of %d at %llx", i, count, addr);
}

/* Nothing can be looked at either, or collected for a migration. */
static void check_no_vma(struct __test_metadata *_metadata, range_t *self, __u64 addr)
{
	struct test_exclusive_collect collect;
	struct test_exclusive_look look;
	void *va = (void *)(uintptr_t)addr;

	EXPECT_EQ(-EFAULT, exclusive_look(self->fd, va, &look))
		TH_LOG("at %llx", addr);
	EXPECT_EQ(-EFAULT, exclusive_collect(self->fd, va, 1, &collect))
		TH_LOG("at %llx", addr);
}

TEST_F(range, addresses_of_nobody)
{
	static __s32 want[MOST];
	static const __u64 addrs[] = {
		0, -PFNMAP_4K, -2 * PFNMAP_4K, -MOST * PFNMAP_4K, -MOST * PFNMAP_4K + PFNMAP_4K,
		TOP, TOP - PFNMAP_4K, TOP - 512 * PFNMAP_4K,
		/* Where addresses of user space end, with so many bits. */
		1ULL << 47, (1ULL << 47) - PFNMAP_4K, 1ULL << 48, (1ULL << 48) - PFNMAP_4K,
		1ULL << 52, 1ULL << 56, (1ULL << 56) - PFNMAP_4K, -(1ULL << 47), -(1ULL << 48),
	};
	unsigned int i;

	for (i = 0; i < MOST; i++)
		want[i] = -EFAULT;
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		check_fails(_metadata, self, addrs[i], 1, want);
		check_fails(_metadata, self, addrs[i], 2, want);
		check_fails(_metadata, self, addrs[i], MOST, want);
		check_no_vma(_metadata, self, addrs[i]);
	}
}

/* Tags: the bits of an address that gup ignores. No vma has such an address. */

static __u64 tag_bits(void)
{
#ifdef __aarch64__
	return 0xffULL << 56;
#else
	return syscall(SYS_arch_prctl, ARCH_ENABLE_TAGGED_ADDR, 6) ? 0 : 0x3fULL << 57;
#endif
}

/* C warns of an address with a tag, once after boot. */
static bool may_use_tags(range_t *self)
{
	return look_at(self->fd, self).rust;
}

/* Either the bits are a tag, and gup finds the page, or there is nothing at that address. */
TEST_F_TIMEOUT(range, addresses_with_more_bits, SECONDS)
{
	static const __u64 bits[] = {
		1ULL << 55, 1ULL << 56, 1ULL << 57, 1ULL << 62, 1ULL << 63,
		0x2aULL << 57, 0x3fULL << 57, 0xffULL << 56, 0x1ffULL << 55,
	};
	__u64 tags = tag_bits(), addr;
	unsigned int i;
	__s32 want[4];
	int j;

	use_filled(_metadata, self, 0, 4);
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		if (!(bits[i] & ~tags) && !may_use_tags(self))
			continue;
		for (j = 0; j < 4; j++)
			want[j] = bits[i] & ~tags ? -EFAULT : -EINVAL;
		addr = (uintptr_t)self->va | bits[i];
		check_fails(_metadata, self, addr, 1, want);
		check_fails(_metadata, self, addr, 4, want);
		check_no_vma(_metadata, self, addr);
	}
	EXPECT_EQ(4, count_kind(self->fd, self->va, 4, TEST_EXCLUSIVE_PRESENT));
	check_counters(_metadata, self);
	check_range(_metadata, self);
}

/* gup's own errors come first, those of the page itself do not. */
TEST_F_TIMEOUT(range, tags_of_other_pages, SECONDS)
{
	/* A new page, a hole, a file, a page to read, a page, and one that the device has. */
	static const __s32 want[6] = {
		-EINVAL, -EFAULT, -EINVAL, -EFAULT, -EINVAL, -EINVAL,
	};
	const __u64 tag = tag_bits();
	char *page;

	use_pages(_metadata, self, 0, 6);
	if (!tag)
		SKIP(return, "addresses of this process have no tags");
	fill(self, 4, 6);
	if (!may_use_tags(self))
		SKIP(return, "C warns of an address with a tag");
	ASSERT_EQ(0, munmap(page_at(self->va, 1), PFNMAP_4K));
	page = page_at(self->va, 2);
	ASSERT_EQ(page, mmap(page, PFNMAP_4K, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	ASSERT_EQ(0, mprotect(page_at(self->va, 3), PFNMAP_4K, PROT_READ));
	ASSERT_EQ(0, take_page(self->fd, page_at(self->va, 5), self->how));
	check_fails(_metadata, self, (uintptr_t)self->va | tag, 6, want);
	/* What gup does on the way stays. */
	EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look_at(self->fd, self->va).kind);
	EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look_at(self->fd, page_at(self->va, 5)).kind);
	self->counter[5] += ADD;
	EXPECT_EQ(self->counter[4], bar_read(page_at(self->va, 4) + COUNTER));
	EXPECT_EQ(self->counter[5], bar_read(page_at(self->va, 5) + COUNTER));
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

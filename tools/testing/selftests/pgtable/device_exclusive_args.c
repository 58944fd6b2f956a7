// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that must fail: addresses without memory, and arguments that make no sense.
 */
#define _GNU_SOURCE
#ifdef __x86_64__
#include <asm/prctl.h>
#endif
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "lib/child.h"
#include "lib/harness.h"
#include "lib/range.h"

FIXTURE_RANGE

#define TOP	(1ULL << 63)
#define SECONDS	30	/* for calls that must fail at once, on a busy machine */

/* A valid call that takes one page. */
static struct test_exclusive_make good_call(struct range *range)
{
	return (struct test_exclusive_make) {
		.addr = (uintptr_t)range->va,
		.count = 1,
		.how = range->how,
		.results = (uintptr_t)range->results,
		.add = ADD,
		.offset = COUNTER,
	};
}

/* The call fails and does nothing. */
static void check_refused(struct __test_metadata *_metadata, struct range *range,
			  struct test_exclusive_make call)
{
	range->results[0] = 1;
	EXPECT_EQ(-EINVAL, exclusive_make(range->fd, &call));
	EXPECT_EQ(1, range->results[0]);
	EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look_at(range->fd, range->va).kind);
	range_check_counters(range);
}

/* A valid call but for @field. */
#define check_bad(range, field, value)					\
	do {								\
		struct test_exclusive_make _call = good_call(range);	\
									\
		_call.field = (value);					\
		check_refused(_metadata, range, _call);			\
	} while (0)

TEST_F(range, bad_arguments)
{
	range_use_filled(&self->range, 0, 4);
	check_bad(&self->range, count, MOST + 1);
	check_bad(&self->range, count, -1);
	check_bad(&self->range, how, 4);
	check_bad(&self->range, how, -1);
	check_bad(&self->range, addr, (uintptr_t)self->range.va + 1);
	check_bad(&self->range, addr, (uintptr_t)self->range.va + 8);
	check_bad(&self->range, addr, (uintptr_t)self->range.va + PAGE_SIZE - 1);
	check_bad(&self->range, offset, COUNTER + 4);
	check_bad(&self->range, offset, PAGE_SIZE);
	check_bad(&self->range, offset, -8);
	check_bad(&self->range, hold_us, 10000001);
	check_bad(&self->range, hold_us, -1);
}

TEST_F(range, good_arguments)
{
	struct test_exclusive_make call;

	range_use_filled(&self->range, 0, 4);
	call = good_call(&self->range);
	call.offset = PAGE_SIZE - 8;
	EXPECT_EQ(0, exclusive_make(self->range.fd, &call));
	EXPECT_EQ(1, call.made);
	EXPECT_EQ(~word(0) + ADD, bar_read(self->range.va + PAGE_SIZE - 8));
	call = good_call(&self->range);
	call.add = -1;
	EXPECT_EQ(0, exclusive_make(self->range.fd, &call));
	EXPECT_EQ(self->range.counter[0] - 1, bar_read(self->range.va + COUNTER));
	call.add = 0;
	call.hold_us = 1;
	EXPECT_EQ(0, exclusive_make(self->range.fd, &call));
	EXPECT_EQ(self->range.counter[0] - 1, bar_read(self->range.va + COUNTER));
}

/* The array of pages is then a null pointer. */
TEST_F(range, no_pages)
{
	struct test_exclusive_make call;

	range_use_filled(&self->range, 0, 4);
	call = good_call(&self->range);
	call.count = 0;
	self->range.results[0] = 1;
	EXPECT_EQ(0, exclusive_make(self->range.fd, &call));
	EXPECT_EQ(0, call.made);
	EXPECT_EQ(1, self->range.results[0]);
	EXPECT_EQ(4, count_kind(self->range.fd, self->range.va, 4, TEST_EXCLUSIVE_PRESENT));
	call.addr = -PAGE_SIZE;
	EXPECT_EQ(0, exclusive_make(self->range.fd, &call));
	EXPECT_EQ(0, call.made);
	range_check_counters(&self->range);
}

TEST_F(range, unknown_call)
{
	EXPECT_EQ(-ENOTTY, pfnmap_ioctl(self->range.fd, _IO('X', 0x7f), NULL));
}

TEST_F(range, arguments_out_of_reach)
{
	EXPECT_EQ(-EFAULT, exclusive_make(self->range.fd, NULL));
	EXPECT_EQ(-EFAULT, exclusive_make(self->range.fd, (void *)TOP));
	EXPECT_EQ(-EFAULT, pfnmap_ioctl(self->range.fd, TEST_EXCLUSIVE_LOOK, NULL));
	EXPECT_EQ(-EFAULT, pfnmap_ioctl(self->range.fd, TEST_EXCLUSIVE_COLLECT, NULL));
}

/* The device takes the pages and gives them back, but cannot write the results. */
TEST_F(range, results_out_of_reach)
{
	struct test_exclusive_make call;
	int i;

	range_use_filled(&self->range, 0, 4);
	call = good_call(&self->range);
	call.count = 4;
	call.results = PAGE_SIZE;
	EXPECT_EQ(-EFAULT, exclusive_make(self->range.fd, &call));
	for (i = 0; i < 4; i++) {
		EXPECT_FALSE(is_locked(self->range.fd, page_at(self->range.va, i)));
		self->range.counter[i] = bar_read(page_at(self->range.va, i) + COUNTER);
	}
	range_check(&self->range);
}

TEST_F(range, no_results_wanted)
{
	struct test_exclusive_make call;
	int i;

	range_use_filled(&self->range, 0, 4);
	call = good_call(&self->range);
	call.count = 4;
	call.results = 0;
	EXPECT_EQ(0, exclusive_make(self->range.fd, &call));
	EXPECT_EQ(4, call.made);
	for (i = 0; i < 4; i++)
		self->range.counter[i] += ADD;
	range_check_counters(&self->range);
}

/* The results are written into a taken page, which the CPU takes back for that. */
TEST_F(range, results_in_the_range)
{
	struct test_exclusive_make call;
	int i;

	range_use_filled(&self->range, 0, 4);
	call = good_call(&self->range);
	call.count = 4;
	call.results = (uintptr_t)page_at(self->range.va, 2) + 1024;
	bar_write(page_at(self->range.va, 2) + 1024, -1);
	EXPECT_EQ(0, exclusive_make(self->range.fd, &call));
	for (i = 0; i < 4; i++)
		self->range.counter[i] += ADD;
	EXPECT_EQ(0, bar_read(page_at(self->range.va, 2) + 1024));
	range_check_counters(&self->range);
}

/* Each page fails with its error in @want, and nothing else happens. */
static void check_fails(struct __test_metadata *_metadata, struct range *range, __u64 addr,
			int count, const __s32 *want)
{
	struct test_exclusive_make call = good_call(range);
	int i;

	call.addr = addr;
	call.count = count;
	memset(range->results, 0, sizeof(range->results));
	EXPECT_EQ(0, exclusive_make(range->fd, &call))
		TH_LOG("%d pages at %llx", count, addr);
	EXPECT_EQ(0, call.made);
	for (i = 0; i < count; i++)
		EXPECT_EQ(want[i], range->results[i])
			TH_LOG("page %d of %d at %llx", i, count, addr);
}

/* The other calls fail, too. */
static void check_no_vma(struct __test_metadata *_metadata, struct range *range, __u64 addr)
{
	struct test_exclusive_collect collect;
	struct test_exclusive_look look;
	void *va = (void *)(uintptr_t)addr;

	EXPECT_EQ(-EFAULT, exclusive_look(range->fd, va, &look))
		TH_LOG("at %llx", addr);
	EXPECT_EQ(-EFAULT, exclusive_collect(range->fd, va, 1, &collect))
		TH_LOG("at %llx", addr);
}

TEST_F(range, addresses_without_memory)
{
	static __s32 want[MOST_EVER];
	const __u64 addrs[] = {
		0, -PAGE_SIZE, -2 * PAGE_SIZE, -(4ULL << 20), -(4ULL << 20) + PAGE_SIZE,
		TOP, TOP - PAGE_SIZE, TOP - 512 * PAGE_SIZE,
		/* Ends of user space, by number of address bits. */
		1ULL << 47, (1ULL << 47) - PAGE_SIZE, 1ULL << 48, (1ULL << 48) - PAGE_SIZE,
		1ULL << 52, 1ULL << 56, (1ULL << 56) - PAGE_SIZE, -(1ULL << 47), -(1ULL << 48),
	};
	/* This program lies from 4 MiB on. */
	const int many = (4 << 20) / PAGE_SIZE;
	unsigned int i;

	for (i = 0; i < many; i++)
		want[i] = -EFAULT;
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		check_fails(_metadata, &self->range, addrs[i], 1, want);
		check_fails(_metadata, &self->range, addrs[i], 2, want);
		check_fails(_metadata, &self->range, addrs[i], many, want);
		check_no_vma(_metadata, &self->range, addrs[i]);
	}
}

/* A range that goes past the last address does not go on at 0. C has no call for a range. */
TEST_F(range, past_the_last_address)
{
	static __s32 want[MOST_EVER];
	char *low = (char *)(1UL << 20);
	const int many = (1 << 20) / PAGE_SIZE + 2;
	int i;

	ASSERT_EQ(low, mmap(low, PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	bar_write(low, 1);
	for (i = 0; i < many; i++)
		want[i] = -EFAULT;
	if (self->range.how == TEST_EXCLUSIVE_RANGE && is_rust(self->range.fd))
		check_fails(_metadata, &self->range, -PAGE_SIZE, many, want);
	else
		check_fails(_metadata, &self->range, -PAGE_SIZE, many - 1, want);
	EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look_at(self->range.fd, low).kind);
	EXPECT_EQ(0, munmap(low, PAGE_SIZE));
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
static bool may_use_tags(struct range *range)
{
	return is_rust(range->fd);
}

/* Either the bits are a tag, and gup finds the page, or there is no memory at the address. */
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

	range_use_filled(&self->range, 0, 4);
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		if (!(bits[i] & ~tags) && !may_use_tags(&self->range))
			continue;
		for (j = 0; j < 4; j++)
			want[j] = bits[i] & ~tags ? -EFAULT : -EINVAL;
		addr = (uintptr_t)self->range.va | bits[i];
		check_fails(_metadata, &self->range, addr, 1, want);
		check_fails(_metadata, &self->range, addr, 4, want);
		check_no_vma(_metadata, &self->range, addr);
	}
	EXPECT_EQ(4, count_kind(self->range.fd, self->range.va, 4, TEST_EXCLUSIVE_PRESENT));
	range_check_counters(&self->range);
	range_check(&self->range);
}

/* Errors of gup come before that of the tag, those of the page after it. */
TEST_F_TIMEOUT(range, tags_of_other_pages, SECONDS)
{
	/* Not populated, a hole, shared, read-only, present, device-exclusive. */
	static const __s32 want[6] = {
		-EINVAL, -EFAULT, -EINVAL, -EFAULT, -EINVAL, -EINVAL,
	};
	const __u64 tag = tag_bits();
	char *page;

	range_use(&self->range, 0, 6);
	if (!tag)
		SKIP(return, "addresses of this process have no tags");
	range_fill(&self->range, 4, 6);
	if (!may_use_tags(&self->range))
		SKIP(return, "C warns of an address with a tag");
	ASSERT_EQ(0, munmap(page_at(self->range.va, 1), PAGE_SIZE));
	page = page_at(self->range.va, 2);
	ASSERT_EQ(page, map_shared(page, PAGE_SIZE));
	ASSERT_EQ(0, mprotect(page_at(self->range.va, 3), PAGE_SIZE, PROT_READ));
	ASSERT_EQ(0, take_page(self->range.fd, page_at(self->range.va, 5), self->range.how));
	check_fails(_metadata, &self->range, (uintptr_t)self->range.va | tag, 6, want);
	/* gup populates the first page and takes the last one back. */
	EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look_at(self->range.fd, self->range.va).kind);
	EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look_at(self->range.fd, page_at(self->range.va, 5)).kind);
	self->range.counter[5] += ADD;
	EXPECT_EQ(self->range.counter[4], bar_read(page_at(self->range.va, 4) + COUNTER));
	EXPECT_EQ(self->range.counter[5], bar_read(page_at(self->range.va, 5) + COUNTER));
}

/* The device takes pages of its caller, not of the process that opened it. */
TEST_F(range, device_of_the_parent)
{
	__s32 results[4];
	pid_t pid;

	range_use_filled(&self->range, 0, 4);
	pid = fork();
	if (!pid) {
		_exit(take_pages(self->range.fd, self->range.va, 4, self->range.how,
				 results) != 4 || wrong_pages(self->range.va, 4, 0, true));
	}
	EXPECT_TRUE(child_was_right(pid));
	EXPECT_EQ(4, count_kind(self->range.fd, self->range.va, 4, TEST_EXCLUSIVE_PRESENT));
	range_check_counters(&self->range);
}

TEST_HARNESS_MAIN

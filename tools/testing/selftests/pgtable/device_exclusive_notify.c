// SPDX-License-Identifier: GPL-2.0
/*
 * How often taking pages calls MMU notifiers: once for all pages of a call, and not at all if no
 * page can be taken. /dev/test_pfnmap counts.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "lib/harness.h"
#include "lib/lookup.h"
#include "lib/range.h"

FIXTURE_RANGE

static int watcher;
static __u32 owned;	/* of the ranges that watch() counted: those that name the device */
static int taken;	/* pages of the last call */

/* Watches the pages from now on. Returns how many ranges started for those watched before. */
static int watch(const char *va, int pages)
{
	struct test_pfnmap_notifier watch = {
		.start = (uintptr_t)va,
		.end = (uintptr_t)page_at(va, pages),
	};
	int ret = pfnmap_ioctl(watcher, TEST_PFNMAP_NOTIFIER, &watch);

	owned = watch.owned;
	return ret ?: (int)watch.count;
}

/* Opens the counter, or skips the test. */
#define OPEN_WATCHER()							\
	do {								\
		watcher = pfnmap_follow_open();				\
		if (watcher == -ENOENT)					\
			SKIP(return, "no /dev/test_pfnmap in this kernel"); \
		ASSERT_LE(0, watcher);					\
		ASSERT_EQ(0, watch(NULL, 0));				\
	} while (0)

/* Takes @count pages. Returns how many notifier ranges start in the @watched pages at @from. */
static int starts_there(struct __test_metadata *_metadata, struct range *range, int page,
			int count, int from, int watched)
{
	ASSERT_LE(0, watch(page_at(range->va, from), watched));
	taken = take_pages(range->fd, page_at(range->va, page), count, range->how, range->results);
	ASSERT_LE(0, taken);
	return watch(NULL, 0);
}

/* The same for all pages of the test and one on each side. */
static int starts(struct __test_metadata *_metadata, struct range *range, int page, int count)
{
	return starts_there(_metadata, range, page, count, -1, range->pages + 2);
}

/* How many ranges start for @pages of one call. */
static int ranges(struct range *range, int pages)
{
	const bool at_once = range->how == TEST_EXCLUSIVE_RANGE && is_rust(range->fd);

	return at_once ? 1 : pages;
}

/* The driver of the device that takes them knows its own ranges, and need not give the pages back. */
TEST_F(range, pages)
{
	OPEN_WATCHER();
	range_use_filled(&self->range, PAGES_OF_PMD - 4, 16);
	EXPECT_EQ(1, starts(_metadata, &self->range, 5, 1));
	EXPECT_EQ(1, taken);
	EXPECT_EQ(1, owned);
	EXPECT_EQ(0, self->range.results[0]);
	EXPECT_EQ(ranges(&self->range, 8), starts(_metadata, &self->range, 6, 8));
	EXPECT_EQ(8, taken);
	EXPECT_EQ((__u32)ranges(&self->range, 8), owned);
}

/* A listener cannot have a page that is new. */
TEST_F(range, pages_that_come_when_asked_for)
{
	OPEN_WATCHER();
	range_use(&self->range, PAGES_OF_PMD - 4, 16);
	EXPECT_EQ(1, starts(_metadata, &self->range, 5, 1));
	EXPECT_EQ(1, taken);
	EXPECT_EQ(ranges(&self->range, 8), starts(_metadata, &self->range, 6, 8));
	EXPECT_EQ(8, taken);
}

/* The CPU first takes them back, page by page. */
TEST_F(range, pages_that_were_taken)
{
	OPEN_WATCHER();
	range_use_filled(&self->range, PAGES_OF_PMD - 4, 16);
	EXPECT_EQ(1, starts(_metadata, &self->range, 5, 1));
	EXPECT_EQ(1, taken);
	EXPECT_EQ(2, starts(_metadata, &self->range, 5, 1));
	EXPECT_EQ(1, taken);
	EXPECT_EQ(1, owned);
	EXPECT_EQ(ranges(&self->range, 8), starts(_metadata, &self->range, 6, 8));
	EXPECT_EQ(8, taken);
	EXPECT_EQ(8 + ranges(&self->range, 8), starts(_metadata, &self->range, 6, 8));
	EXPECT_EQ(8, taken);
}

TEST_F(range, no_page)
{
	OPEN_WATCHER();
	range_use_filled(&self->range, PAGES_OF_PMD - 4, 16);
	EXPECT_EQ(0, starts(_metadata, &self->range, 5, 0));
	EXPECT_EQ(0, starts(_metadata, &self->range, 0, 0));
}

TEST_F(range, holes)
{
	int i;

	OPEN_WATCHER();
	range_use_filled(&self->range, PAGES_OF_PMD - 4, 16);
	ASSERT_EQ(0, munmap(page_at(self->range.va, 2), 8 * PAGE_SIZE));
	EXPECT_EQ(0, starts(_metadata, &self->range, 4, 1));
	EXPECT_EQ(-EFAULT, self->range.results[0]);
	EXPECT_EQ(0, starts(_metadata, &self->range, 2, 8));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(-EFAULT, self->range.results[i]);
}

TEST_F(range, pages_that_may_not_be_written)
{
	OPEN_WATCHER();
	range_use_filled(&self->range, PAGES_OF_PMD - 4, 16);
	ASSERT_EQ(0, mprotect(self->range.va, 16 * PAGE_SIZE, PROT_READ));
	EXPECT_EQ(0, starts(_metadata, &self->range, 4, 8));
	EXPECT_EQ(-EFAULT, self->range.results[0]);
}

/* The second time the page is present. */
TEST_F(range, page_of_a_file)
{
	int i;

	OPEN_WATCHER();
	range_use(&self->range, PAGES_OF_PMD - 4, 16);
	ASSERT_NE(MAP_FAILED, map_shared(page_at(self->range.va, 4), PAGE_SIZE));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, starts(_metadata, &self->range, 4, 1));
		EXPECT_EQ(-EOPNOTSUPP, self->range.results[0]);
	}
}

/* Notifies for pages that can be taken, not for what is before and after them. */
TEST_F(range, holes_at_both_ends)
{
	OPEN_WATCHER();
	range_use_filled(&self->range, PAGES_OF_PMD - 4, 16);
	ASSERT_EQ(0, munmap(self->range.va, 3 * PAGE_SIZE));
	ASSERT_NE(MAP_FAILED, map_shared(page_at(self->range.va, 3), PAGE_SIZE));
	ASSERT_EQ(0, munmap(page_at(self->range.va, 12), 4 * PAGE_SIZE));
	EXPECT_EQ(ranges(&self->range, 8), starts(_metadata, &self->range, 0, 16));
	EXPECT_EQ(8, taken);
	EXPECT_EQ(0, starts_there(_metadata, &self->range, 0, 16, -1, 5));
	EXPECT_EQ(0, starts_there(_metadata, &self->range, 0, 16, 12, 5));
}

/* The tagged address has no vma. */
#ifdef __aarch64__
TEST_F(range, address_with_a_tag)
{
	const __u64 tag = 0xffULL << 56;
	char *watched[2], *tagged;
	int i;

	OPEN_WATCHER();
	range_use_filled(&self->range, PAGES_OF_PMD - 4, 16);
	tagged = (char *)((uintptr_t)self->range.va | tag);
	watched[0] = self->range.va;
	watched[1] = tagged;
	if (!is_rust(self->range.fd))
		SKIP(return, "C warns of an address with a tag");
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, watch(page_at(watched[i], -1), self->range.pages + 2));
		EXPECT_EQ(-EINVAL, take_page(self->range.fd, tagged, self->range.how));
		EXPECT_EQ(0, watch(NULL, 0));
	}
}
#endif

TEST_HARNESS_MAIN

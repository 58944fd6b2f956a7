// SPDX-License-Identifier: GPL-2.0
/*
 * How often taking pages calls MMU notifiers: once for all pages of a call, and not at all where
 * there is no page that can be taken. /dev/test_pfnmap counts.
 */
#define _GNU_SOURCE
#include "device_exclusive_range.h"

static int watcher;

/* Watches the pages from now on. Returns how many ranges started for those watched before. */
static int watch(const char *va, int pages)
{
	struct test_pfnmap_notifier watch = {
		.start = (uintptr_t)va,
		.end = (uintptr_t)page_at(va, pages),
	};

	return pfnmap_ioctl(watcher, TEST_PFNMAP_NOTIFIER, &watch) ?: (int)watch.count;
}

/* Reports a skipped test and returns false without a counter. */
static bool need_watcher(struct __test_metadata *_metadata)
{
	watcher = pfnmap_follow_open();
	if (watcher == -ENOENT)
		SKIP(return false, "no /dev/test_pfnmap in this kernel");
	ASSERT_LE(0, watcher);
	ASSERT_EQ(0, watch(NULL, 0));
	return true;
}

/* Takes @count pages and returns how many ranges start for the @watched ones from @from on. */
static int starts_there(struct __test_metadata *_metadata, range_t *self, int page, int count,
			int from, int watched)
{
	ASSERT_LE(0, watch(page_at(self->va, from), watched));
	ASSERT_LE(0, take_pages(self->fd, page_at(self->va, page), count, self->how,
				self->results));
	return watch(NULL, 0);
}

/* Anywhere in the memory of the test or next to it: an empty range lies between two pages. */
static int starts(struct __test_metadata *_metadata, range_t *self, int page, int count)
{
	return starts_there(_metadata, self, page, count, -1, self->pages + 2);
}

/* Ranges for @pages that are taken by one call of the device. */
static int ranges(range_t *self, int pages)
{
	const bool at_once = self->how == TEST_EXCLUSIVE_RANGE && look_at(self->fd, self).rust;

	return at_once ? 1 : pages;
}

static void map_shared_memory(struct __test_metadata *_metadata, char *page)
{
	const int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;

	ASSERT_EQ(page, mmap(page, PFNMAP_4K, RW, flags, -1, 0));
}

TEST_F(range, pages)
{
	if (!need_watcher(_metadata))
		return;
	use_filled(_metadata, self, 508, 16);
	EXPECT_EQ(1, starts(_metadata, self, 5, 1));
	EXPECT_EQ(0, self->results[0]);
	EXPECT_EQ(ranges(self, 8), starts(_metadata, self, 6, 8));
}

/* A new page is nothing that a listener could have. */
TEST_F(range, pages_that_come_when_asked_for)
{
	if (!need_watcher(_metadata))
		return;
	use_pages(_metadata, self, 508, 16);
	EXPECT_EQ(1, starts(_metadata, self, 5, 1));
	EXPECT_EQ(ranges(self, 8), starts(_metadata, self, 6, 8));
}

/* Given back to the CPU, page by page, and taken. */
TEST_F(range, pages_that_were_taken)
{
	if (!need_watcher(_metadata))
		return;
	use_filled(_metadata, self, 508, 16);
	EXPECT_EQ(1, starts(_metadata, self, 5, 1));
	EXPECT_EQ(2, starts(_metadata, self, 5, 1));
	EXPECT_EQ(ranges(self, 8), starts(_metadata, self, 6, 8));
	EXPECT_EQ(8 + ranges(self, 8), starts(_metadata, self, 6, 8));
}

TEST_F(range, no_page)
{
	if (!need_watcher(_metadata))
		return;
	use_filled(_metadata, self, 508, 16);
	EXPECT_EQ(0, starts(_metadata, self, 5, 0));
	EXPECT_EQ(0, starts(_metadata, self, 0, 0));
}

TEST_F(range, holes)
{
	int i;

	if (!need_watcher(_metadata))
		return;
	use_filled(_metadata, self, 508, 16);
	ASSERT_EQ(0, munmap(page_at(self->va, 2), 8 * PFNMAP_4K));
	EXPECT_EQ(0, starts(_metadata, self, 4, 1));
	EXPECT_EQ(-EFAULT, self->results[0]);
	EXPECT_EQ(0, starts(_metadata, self, 2, 8));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(-EFAULT, self->results[i]);
}

TEST_F(range, pages_that_may_not_be_written)
{
	if (!need_watcher(_metadata))
		return;
	use_filled(_metadata, self, 508, 16);
	ASSERT_EQ(0, mprotect(self->va, 16 * PFNMAP_4K, PROT_READ));
	EXPECT_EQ(0, starts(_metadata, self, 4, 8));
	EXPECT_EQ(-EFAULT, self->results[0]);
}

/* Also when it is mapped. */
TEST_F(range, page_of_a_file)
{
	int i;

	if (!need_watcher(_metadata))
		return;
	use_pages(_metadata, self, 508, 16);
	map_shared_memory(_metadata, page_at(self->va, 4));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, starts(_metadata, self, 4, 1));
		EXPECT_EQ(-EOPNOTSUPP, self->results[0]);
	}
}

/* Listeners hear of pages that can be taken, and not of what is before and after them. */
TEST_F(range, holes_at_both_ends)
{
	if (!need_watcher(_metadata))
		return;
	use_filled(_metadata, self, 508, 16);
	ASSERT_EQ(0, munmap(self->va, 3 * PFNMAP_4K));
	map_shared_memory(_metadata, page_at(self->va, 3));
	ASSERT_EQ(0, munmap(page_at(self->va, 12), 4 * PFNMAP_4K));
	EXPECT_EQ(ranges(self, 8), starts(_metadata, self, 0, 16));
	EXPECT_EQ(0, starts_there(_metadata, self, 0, 16, -1, 5));
	EXPECT_EQ(0, starts_there(_metadata, self, 0, 16, 12, 5));
}

/* The page is there, but not at this address. */
#ifdef __aarch64__
TEST_F(range, address_with_a_tag)
{
	const __u64 tag = 0xffULL << 56;

	if (!need_watcher(_metadata))
		return;
	use_filled(_metadata, self, 508, 16);
	if (!look_at(self->fd, self).rust)
		SKIP(return, "C warns of an address with a tag");
	ASSERT_EQ(0, watch(page_at(self->va, -1), self->pages + 2));
	EXPECT_EQ(-EINVAL, take_page(self->fd, (void *)((uintptr_t)self->va | tag), self->how));
	EXPECT_EQ(0, watch(NULL, 0));
}
#endif

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Reclaim hears of each page that a device takes, as of one that gup finds: a page that is taken
 * once is referenced, and one that is taken again is active.
 */
#define _GNU_SOURCE
#include <linux/kernel-page-flags.h>

#include "device_exclusive_range.h"

#define PAGES		8
#define REFERENCED	(1ULL << KPF_REFERENCED)
#define ACTIVE		(1ULL << KPF_ACTIVE)
#define UNKNOWN		(1ULL << KPF_NOPAGE)

/* Of a page that is mapped or that the device has. */
static __u64 page_flags(range_t *self, int page)
{
	const __u64 pfn = look_at(self->fd, page_at(self->va, page)).pfn;
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	__u64 flags = UNKNOWN;

	if (pread(fd, &flags, sizeof(flags), pfn * sizeof(flags)) != sizeof(flags))
		flags = UNKNOWN;
	close(fd);
	return flags & (REFERENCED | ACTIVE | UNKNOWN);
}

static void check_flags(struct __test_metadata *_metadata, range_t *self, __u64 want)
{
	int i;

	drain();
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(want, page_flags(self, i))
			TH_LOG("page %d", i);
}

/* Written pages. Reports a skipped test and returns false where a fault marks them. */
static bool use_unmarked(struct __test_metadata *_metadata, range_t *self)
{
	use_filled(_metadata, self, 508, PAGES);
	if (!access("/sys/kernel/mm/lru_gen/enabled", F_OK))
		SKIP(return false, "CONFIG_LRU_GEN marks a page at its first fault");
	check_flags(_metadata, self, 0);
	return true;
}

static void take_all(struct __test_metadata *_metadata, range_t *self)
{
	ASSERT_EQ(PAGES, take_pages(self->fd, self->va, PAGES, self->how, self->results));
}

/* Taken as they are, without gup. */
TEST_F(range, pages_that_are_there)
{
	if (!use_unmarked(_metadata, self))
		return;
	take_all(_metadata, self);
	check_flags(_metadata, self, REFERENCED);
	fill(self, 0, PAGES);
	check_flags(_metadata, self, REFERENCED);
	take_all(_metadata, self);
	check_flags(_metadata, self, ACTIVE);
}

/* gup takes them back from the device first. */
TEST_F(range, pages_that_were_taken)
{
	if (!use_unmarked(_metadata, self))
		return;
	take_all(_metadata, self);
	check_flags(_metadata, self, REFERENCED);
	take_all(_metadata, self);
	check_flags(_metadata, self, ACTIVE);
}

/* gup maps and marks them; they are not marked again. */
TEST_F(range, pages_that_come_when_asked_for)
{
	use_pages(_metadata, self, 508, PAGES);
	take_all(_metadata, self);
	check_flags(_metadata, self, REFERENCED);
}

TEST_HARNESS_MAIN

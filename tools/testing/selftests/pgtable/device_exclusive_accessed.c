// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a page marks it accessed, as gup does: reclaim sees a page that is taken once as
 * referenced, and one that is taken twice as active.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kernel-page-flags.h>

#include "lib/harness.h"
#include "lib/range.h"

FIXTURE_RANGE

#define PAGES		8
#define REFERENCED	(1ULL << KPF_REFERENCED)
#define ACTIVE		(1ULL << KPF_ACTIVE)
#define UNKNOWN		(1ULL << KPF_NOPAGE)

/* The flags of a page that the CPU or the device has. */
static __u64 page_flags(struct range *range, int page)
{
	const __u64 pfn = look_at(range->fd, page_at(range->va, page)).pfn;
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	__u64 flags = UNKNOWN;

	if (pread(fd, &flags, sizeof(flags), pfn * sizeof(flags)) != sizeof(flags))
		flags = UNKNOWN;
	close(fd);
	return flags & (REFERENCED | ACTIVE | UNKNOWN);
}

static void check_flags(struct __test_metadata *_metadata, struct range *range, __u64 want)
{
	int i;

	drain();
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(want, page_flags(range, i))
			TH_LOG("page %d", i);
}

static const char *marks_at_a_fault(void)
{
	return access("/sys/kernel/mm/lru_gen/enabled", F_OK) ? NULL :
	       "CONFIG_LRU_GEN marks a page at its first fault";
}

static void use_unmarked(struct __test_metadata *_metadata, struct range *range)
{
	range_use_filled(range, PAGES_OF_PMD - 4, PAGES);
	check_flags(_metadata, range, 0);
}

static void take_all(struct __test_metadata *_metadata, struct range *range)
{
	ASSERT_EQ(PAGES, take_pages(range->fd, range->va, PAGES, range->how, range->results));
}

/* Takes present pages without gup. */
TEST_F(range, pages_that_are_there)
{
	NEED(marks_at_a_fault());
	use_unmarked(_metadata, &self->range);
	take_all(_metadata, &self->range);
	check_flags(_metadata, &self->range, REFERENCED);
	range_fill(&self->range, 0, PAGES);
	check_flags(_metadata, &self->range, REFERENCED);
	take_all(_metadata, &self->range);
	check_flags(_metadata, &self->range, ACTIVE);
}

/* gup first takes them back from the device. */
TEST_F(range, pages_that_were_taken)
{
	NEED(marks_at_a_fault());
	use_unmarked(_metadata, &self->range);
	take_all(_metadata, &self->range);
	check_flags(_metadata, &self->range, REFERENCED);
	take_all(_metadata, &self->range);
	check_flags(_metadata, &self->range, ACTIVE);
}

/* gup maps and marks them; taking does not mark them again. */
TEST_F(range, pages_that_come_when_asked_for)
{
	range_use(&self->range, PAGES_OF_PMD - 4, PAGES);
	take_all(_metadata, &self->range);
	check_flags(_metadata, &self->range, REFERENCED);
}

TEST_HARNESS_MAIN

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A range of pages of any kind: what the device gets of each when it takes all, and what the
 * counters must be then.
 *
 * Functions end the test if they find something wrong.
 */
#ifndef _LIB_RANGE_H
#define _LIB_RANGE_H

#include <linux/types.h>

#include "access.h"
#include "exclusive.h"
#include "memory.h"
#include "need.h"

/* Pages that the device takes in one call: those of two PMDs. */
#define MOST		((int)(2 * PAGES_OF_PMD))
#define MOST_EVER	(2 * MOST_PAGES_OF_PMD)

struct range {
	int fd;
	__u32 how;
	char *va;
	int pages;
	__s32 want[MOST_EVER];	/* the result of each page */
	__s32 results[MOST_EVER];
	__u64 counter[MOST_EVER];
};

/* Small pages, not populated; the first one is the @skip-th of its page table. */
void range_use(struct range *range, int skip, int pages);

/* Writes the pages @from <= page < @to. */
void range_fill(struct range *range, int from, int to);

/* Small pages, all of them written. */
void range_use_filled(struct range *range, int skip, int pages);

/* Takes all pages: each has the result it should, and an entry to match. */
void range_take(struct range *range);

/* The device has the pages it should have, and no page is locked. */
void range_check_entries(struct range *range);

/* All readable pages have the counter they should. Gives them back to the CPU. */
void range_check_counters(struct range *range);

/* The pages that the device had are mapped once, and have no reference but for that. */
void range_check_released(struct range *range);

/* Takes all pages three times, the last two with no access by the CPU between. */
void range_check(struct range *range);

/* For tests: the fixture, by both calls. */
#define FIXTURE_RANGE								\
	FIXTURE(range)								\
	{									\
		struct range range;						\
	};									\
	EXCLUSIVE_VARIANTS(range);						\
	FIXTURE_SETUP(range)							\
	{									\
		OPEN_EXCLUSIVE(self->range.fd);					\
		ASSERT_EQ(0, catch_refusals());					\
		self->range.how = variant->how;					\
	}									\
	FIXTURE_TEARDOWN(range)							\
	{									\
		close(self->range.fd);						\
	}

#endif /* _LIB_RANGE_H */

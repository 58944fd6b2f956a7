/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages for tests of events: the device takes some in the middle, and after the event the entries,
 * the folios and the contents of all of them must be right.
 *
 * Functions end the test if they find something wrong.
 */
#ifndef _LIB_PAGES_H
#define _LIB_PAGES_H

#include <stdbool.h>
#include <linux/types.h>

#include "access.h"
#include "exclusive.h"
#include "memory.h"
#include "need.h"

#define PAGES	8
#define FIRST	2	/* the first page that the device takes */
#define TAKEN	4	/* how many it takes */
#define SIZE	(PAGES * PAGE_SIZE)

struct pages {
	int fd;
	__u32 how;
	char *va;
	char *taken;		/* the first page that the device takes */
	__u64 added[PAGES];	/* to the counter of each page */
	struct test_exclusive_look before[PAGES];	/* entries when all pages were present */
};

static inline bool is_taken(int page)
{
	return page >= FIRST && page < FIRST + TAKEN;
}

/* Fills the memory at @va; the functions below work on it from now on. */
void pages_use(struct pages *pages, void *va);

/* Lets the device take its pages, and checks that they are exclusive. */
void pages_take(struct pages *pages);

/* Lets the device hold the first of its pages, which it still does when this returns. */
void pages_start_hold(struct pages *pages, struct hold *held);

/* The entries at @va of what was taken are device-exclusive, with the same frames as before. */
void pages_check_exclusive(struct pages *pages, const char *va);

/* The entry of @page is present and dirty, and the folio as before. */
void pages_check_present(struct pages *pages, const char *va, int page, bool writable);

/* All entries of what was taken are of @kind. */
void pages_check_kind(struct pages *pages, __u32 kind);

/* Whether a page holds what it should. Gives it back to the CPU. */
bool pages_hold(const struct pages *pages, const char *va, int page);

/* All pages hold what they should. Gives them back to the CPU. */
void pages_check_data(struct pages *pages, const char *va);

/* All pages are as before once the CPU has them back, and can be written if @prot says so. */
void pages_check_back(struct pages *pages, const char *va, int prot);

/* The same where pages may be mapped read-only until a write. */
void pages_check_back_written(struct pages *pages, const char *va);

/* The pages that were not taken are as before. */
void pages_check_others(struct pages *pages);

/* For tests: the fixture, by both calls. */
#define FIXTURE_PAGES								\
	FIXTURE(exclusive)							\
	{									\
		struct pages pages;						\
	};									\
	EXCLUSIVE_VARIANTS(exclusive);						\
	FIXTURE_SETUP(exclusive)						\
	{									\
		OPEN_EXCLUSIVE(self->pages.fd);					\
		ASSERT_EQ(0, catch_refusals());					\
		self->pages.how = variant->how;					\
		pages_use(&self->pages, map_small(SIZE));			\
	}									\
	FIXTURE_TEARDOWN(exclusive)						\
	{									\
		close(self->pages.fd);						\
	}

#endif /* _LIB_PAGES_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * A range of pages of any kind that the device takes.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "range.h"

#define UNTOUCHED	0x55555555	/* a result that the kernel does not write */

void range_use(struct range *range, int skip, int pages)
{
	char *va = map_small((skip + pages) * PAGE_SIZE);

	CHECK(va != MAP_FAILED, "no memory");
	range->va = page_at(va, skip);
	range->pages = pages;
	if (skip)
		CHECK_EQ(0, munmap(va, skip * PAGE_SIZE), "%d pages", skip);
}

void range_fill(struct range *range, int from, int to)
{
	int i;

	for (i = from; i < to; i++) {
		fill_page(page_at(range->va, i), i);
		range->counter[i] = counter_of(i);
	}
}

void range_use_filled(struct range *range, int skip, int pages)
{
	range_use(range, skip, pages);
	range_fill(range, 0, pages);
}

void range_check_entries(struct range *range)
{
	struct test_exclusive_look look;
	int i;

	for (i = 0; i < range->pages; i++) {
		look = look_at(range->fd, page_at(range->va, i));
		CHECK_EQ(!range->want[i], look.kind == TEST_EXCLUSIVE_DEVICE_EXCLUSIVE,
			 "page %d is of kind %d", i, (int)look.kind);
		CHECK(!(look.flags & TEST_EXCLUSIVE_FOLIO_LOCKED), "page %d", i);
	}
}

static int wanted(const struct range *range)
{
	int i, wanted = 0;

	for (i = 0; i < range->pages; i++)
		wanted += !range->want[i];
	return wanted;
}

void range_take(struct range *range)
{
	__s32 *results = range->results;
	int i;

	memset(results, UNTOUCHED & 0xff, sizeof(range->results));
	CHECK_EQ(wanted(range),
		 take_pages(range->fd, range->va, range->pages, range->how, results),
		 "of %d pages", range->pages);
	for (i = 0; i < range->pages; i++) {
		CHECK_EQ(range->want[i], results[i], "page %d", i);
		range->counter[i] += results[i] ? 0 : ADD;
	}
	if (range->pages < MOST)
		CHECK_EQ(UNTOUCHED, results[range->pages], "after the last page");
	range_check_entries(range);
}

void range_check_counters(struct range *range)
{
	const char *page;
	int i;

	for (i = 0; i < range->pages; i++) {
		page = page_at(range->va, i);
		if (try_read(page))
			CHECK_EQ(-EFAULT, range->want[i], "page %d cannot be read", i);
		else
			CHECK_EQ(range->counter[i], bar_read(page + COUNTER), "page %d", i);
	}
}

void range_check_released(struct range *range)
{
	struct test_exclusive_look look;
	int i;

	drain();
	for (i = 0; i < range->pages; i++) {
		look = look_at(range->fd, page_at(range->va, i));
		if (range->want[i])
			continue;
		CHECK_EQ(TEST_EXCLUSIVE_PRESENT, look.kind, "page %d", i);
		CHECK_EQ(look.pages, look.refcount, "page %d", i);
		CHECK_EQ(look.pages, look.mapcount, "page %d", i);
	}
}

void range_check(struct range *range)
{
	range_take(range);
	range_check_counters(range);
	range_check_released(range);
	range_take(range);
	range_take(range);
	range_check_counters(range);
	range_check_released(range);
}

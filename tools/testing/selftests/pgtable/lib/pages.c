// SPDX-License-Identifier: GPL-2.0
/*
 * Pages for tests of events: the device takes some in the middle.
 */
#include <signal.h>
#include <sys/mman.h>

#include "check.h"
#include "pages.h"
#include "race.h"

#define TRIES	10

void pages_use(struct pages *pages, void *va)
{
	int i;

	CHECK(va != MAP_FAILED, "no memory");
	pages->va = va;
	pages->taken = page_at(va, FIRST);
	fill_pages(va, PAGES);
	drain();
	for (i = 0; i < PAGES; i++) {
		pages->before[i] = look_at(pages->fd, page_at(va, i));
		CHECK_EQ(TEST_EXCLUSIVE_PRESENT, pages->before[i].kind, "page %d", i);
	}
}

void pages_take(struct pages *pages)
{
	__s32 results[TAKEN] = { 1, 1, 1, 1 };
	int i;

	CHECK_EQ(TAKEN, take_pages(pages->fd, pages->taken, TAKEN, pages->how, results),
		 "of %d pages", TAKEN);
	for (i = 0; i < TAKEN; i++) {
		CHECK_EQ(0, results[i], "page %d", FIRST + i);
		pages->added[FIRST + i] += ADD;
	}
	pages_check_exclusive(pages, pages->va);
}

/* On a busy machine the hold may be over before its caller sees it. */
void pages_start_hold(struct pages *pages, struct hold *held)
{
	int i;

	for (i = 0; i < TRIES; i++) {
		CHECK(hold_start(held, pages->fd, pages->taken, 1, pages->how), "try %d", i);
		pages->added[FIRST] += ADD;
		if (race_now() < held->until)
			return;
		CHECK_EQ(1, hold_end(held), "try %d", i);
		pages_check_data(pages, pages->va);
	}
	CHECK(false, "each of %d holds was over", TRIES);
}

/* Entries */

/* The folio is not locked, and has no more references or mappings than before. */
static void check_released(const struct pages *pages, const struct test_exclusive_look *look,
			   int page)
{
	const struct test_exclusive_look *before = &pages->before[page];

	CHECK(!(look->flags & TEST_EXCLUSIVE_FOLIO_LOCKED), "page %d", page);
	CHECK_EQ(before->refcount, look->refcount, "page %d", page);
	CHECK_EQ(before->mapcount, look->mapcount, "page %d", page);
	CHECK_EQ(before->pages, look->pages, "page %d", page);
}

void pages_check_exclusive(struct pages *pages, const char *va)
{
	struct test_exclusive_look look;
	int i;

	drain();
	for (i = FIRST; i < FIRST + TAKEN; i++) {
		look = look_at(pages->fd, page_at(va, i));
		CHECK_EQ(TEST_EXCLUSIVE_DEVICE_EXCLUSIVE, look.kind, "page %d", i);
		CHECK_EQ(pages->before[i].pfn, look.pfn, "page %d", i);
		CHECK(look.flags & TEST_EXCLUSIVE_ANON_EXCLUSIVE, "page %d", i);
		check_released(pages, &look, i);
	}
}

/* Reclaim may drop the contents of a page if neither the folio nor its entry is dirty. */
void pages_check_present(struct pages *pages, const char *va, int page, bool writable)
{
	const struct test_exclusive_look look = look_at(pages->fd, page_at(va, page));

	CHECK_EQ(TEST_EXCLUSIVE_PRESENT, look.kind, "page %d", page);
	CHECK_EQ(writable, !!(look.flags & TEST_EXCLUSIVE_WRITABLE), "page %d", page);
	CHECK(look.flags & (TEST_EXCLUSIVE_DIRTY | TEST_EXCLUSIVE_FOLIO_DIRTY), "page %d", page);
	check_released(pages, &look, page);
}

void pages_check_kind(struct pages *pages, __u32 kind)
{
	int i;

	for (i = FIRST; i < FIRST + TAKEN; i++)
		CHECK_EQ(kind, look_at(pages->fd, page_at(pages->va, i)).kind, "page %d", i);
}

/* Contents */

bool pages_hold(const struct pages *pages, const char *va, int page)
{
	return page_holds(page_at(va, page), page, pages->added[page]);
}

void pages_check_data(struct pages *pages, const char *va)
{
	int i;

	for (i = 0; i < PAGES; i++)
		CHECK(pages_hold(pages, va, i), "page %d", i);
}

/* Writes what is there already. */
static void check_writes(const char *va, int sig)
{
	int i;

	for (i = 0; i < PAGES; i++)
		CHECK_EQ(sig, try_write(page_at(va, i), word(i)), "page %d", i);
}

void pages_check_back(struct pages *pages, const char *va, int prot)
{
	const bool writable = prot & PROT_WRITE;
	int i;

	pages_check_data(pages, va);
	drain();
	for (i = 0; i < PAGES; i++)
		pages_check_present(pages, va, i, writable);
	check_writes(va, writable ? 0 : SIGSEGV);
	pages_check_data(pages, va);
}

void pages_check_back_written(struct pages *pages, const char *va)
{
	pages_check_data(pages, va);
	check_writes(va, 0);
	pages_check_back(pages, va, RW);
}

void pages_check_others(struct pages *pages)
{
	int i;

	drain();
	for (i = 0; i < PAGES; i++) {
		if (is_taken(i))
			continue;
		CHECK(pages_hold(pages, pages->va, i), "page %d", i);
		pages_check_present(pages, pages->va, i, true);
	}
}

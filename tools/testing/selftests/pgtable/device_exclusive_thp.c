// SPDX-License-Identifier: GPL-2.0
/*
 * The device takes pages of a large folio: the PMD becomes a table, and the folio stays whole until
 * it is split for another reason.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/exclusive.h"
#include "lib/harness.h"
#include "lib/memory.h"
#include "lib/need.h"
#include "lib/poison.h"
#include "lib/proc.h"
#include "lib/swap.h"

#define PAGES		((int)PAGES_OF_PMD)
#define FIRST		100	/* page of the part that the device takes */
#define PART		16	/* pages of that part */

FIXTURE(thp)
{
	int fd;
	__u32 how;
	char *va;
	char *part;
	int first, taken;	/* the pages that were taken */
};

#define thp_t	FIXTURE_DATA(thp)

EXCLUSIVE_VARIANTS(thp);

/* Counts pages that do not hold what they should. Gives all back to the CPU. */
static int wrong_data(thp_t *self, const char *va)
{
	int i, wrong = 0;
	bool taken;

	for (i = 0; i < PAGES; i++) {
		taken = i >= self->first && i < self->first + self->taken;
		wrong += !page_holds(page_at(va, i), i, taken ? ADD : 0);
	}
	return wrong;
}

/* It is one folio, of which @mapped pages are mapped once, without other references. */
static void check_folio(struct __test_metadata *_metadata, thp_t *self, const char *va,
			int mapped)
{
	struct test_exclusive_look look;

	drain();
	look = look_at(self->fd, va);
	EXPECT_EQ(PAGES, look.pages);
	EXPECT_EQ(mapped, look.mapcount);
	EXPECT_EQ(mapped, look.refcount);
	EXPECT_FALSE(look.flags & TEST_EXCLUSIVE_FOLIO_LOCKED);
}

/* Takes these pages of the folio, no others; the folio stays whole. */
static void take(struct __test_metadata *_metadata, thp_t *self, int first, int count)
{
	static __s32 results[MOST_PAGES_OF_PMD];
	int i;

	self->first = first;
	self->taken = count;
	ASSERT_EQ(count, take_pages(self->fd, page_at(self->va, first), count, self->how,
				    results));
	for (i = 0; i < count; i++)
		EXPECT_EQ(0, results[i]);
	EXPECT_EQ(count, count_kind(self->fd, page_at(self->va, first), count,
				    TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	EXPECT_EQ(PAGES - count, count_kind(self->fd, self->va, PAGES, TEST_EXCLUSIVE_PRESENT));
	check_folio(_metadata, self, self->va, PAGES);
}

static void take_part(struct __test_metadata *_metadata, thp_t *self)
{
	take(_metadata, self, FIRST, PART);
}

static void take_all(struct __test_metadata *_metadata, thp_t *self)
{
	take(_metadata, self, 0, PAGES);
}

/* All pages, of whatever folios, can be read, written and taken again. */
static void check_usable(struct __test_metadata *_metadata, thp_t *self, char *va)
{
	static __s32 results[MOST_PAGES_OF_PMD];
	int i;

	EXPECT_EQ(0, wrong_data(self, va));
	for (i = 0; i < PAGES; i++) {
		EXPECT_EQ(0, try_write(page_at(va, i), word(i)));
		EXPECT_FALSE(is_locked(self->fd, page_at(va, i)));
	}
	EXPECT_EQ(0, wrong_data(self, va));
	EXPECT_EQ(PAGES, take_pages(self->fd, va, PAGES, self->how, results));
}

static void use_folio(struct __test_metadata *_metadata, thp_t *self)
{
	self->va = map_large(self->fd);
	ASSERT_NE(MAP_FAILED, self->va);
	fill_pages(self->va, PAGES);
	ASSERT_EQ(TEST_EXCLUSIVE_HUGE, look_at(self->fd, self->va).kind);
	self->part = page_at(self->va, FIRST);
}

FIXTURE_SETUP(thp)
{
	OPEN_EXCLUSIVE(self->fd);
	NEED(lacks_large_folios());
	ASSERT_EQ(0, catch_refusals());
	self->how = variant->how;
	use_folio(_metadata, self);
}

FIXTURE_TEARDOWN(thp)
{
	close(self->fd);
}

TEST_F(thp, part_is_taken)
{
	take_part(_metadata, self);
	EXPECT_EQ(0, wrong_data(self, self->va));
	check_folio(_metadata, self, self->va, PAGES);
	EXPECT_EQ(PAGES, count_kind(self->fd, self->va, PAGES, TEST_EXCLUSIVE_PRESENT));
	check_usable(_metadata, self, self->va);
}

TEST_F(thp, all_is_taken)
{
	take_all(_metadata, self);
	EXPECT_EQ(0, wrong_data(self, self->va));
	check_folio(_metadata, self, self->va, PAGES);
	check_usable(_metadata, self, self->va);
}

/* Entries of the device do not disturb the other entries of the table. */
TEST_F(thp, others_are_written_meanwhile)
{
	long before;
	int i;

	take_part(_metadata, self);
	before = pfnmap_faults();
	for (i = 0; i < FIRST; i++)
		bar_write(page_at(self->va, i), word(i));
	EXPECT_EQ(before, pfnmap_faults());
	EXPECT_EQ(PART, count_kind(self->fd, self->part, PART, TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	EXPECT_EQ(0, wrong_data(self, self->va));
}

/* Parts */

TEST_F(thp, munmap_of_a_part)
{
	const int gone = PART / 2 + 4;

	take_part(_metadata, self);
	/* Some pages of the device, and some others. */
	ASSERT_EQ(0, munmap(self->part - 4 * PAGE_SIZE, gone * PAGE_SIZE));
	check_folio(_metadata, self, self->va, PAGES - gone);
	EXPECT_EQ(PART / 2, count_kind(self->fd, page_at(self->part, PART / 2), PART / 2,
				       TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	EXPECT_EQ(gone, wrong_data(self, self->va));
	check_folio(_metadata, self, self->va, PAGES - gone);
}

TEST_F(thp, dontneed_of_a_part)
{
	take_part(_metadata, self);
	ASSERT_EQ(0, madvise(self->part, PART * PAGE_SIZE, MADV_DONTNEED));
	check_folio(_metadata, self, self->va, PAGES - PART);
	EXPECT_EQ(PART, wrong_data(self, self->va));
	EXPECT_EQ(0, take_page(self->fd, self->part, self->how));
	EXPECT_EQ(1, look_at(self->fd, self->part).pages);
	EXPECT_EQ(ADD, bar_read(self->part + COUNTER));
	check_folio(_metadata, self, self->va, PAGES - PART);
}

TEST_F(thp, mremap_of_a_part)
{
	char *to = map_small(PMD_SIZE);
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	const __u64 size = PART * PAGE_SIZE;

	take_part(_metadata, self);
	ASSERT_EQ(to, mremap(self->part, size, size, flags, to));
	EXPECT_EQ(PART, count_kind(self->fd, to, PART, TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	check_folio(_metadata, self, self->va, PAGES);
	check_folio(_metadata, self, to, PAGES);
	EXPECT_EQ(0, wrong_pages(to, PART, FIRST, true));
	EXPECT_EQ(PART, wrong_data(self, self->va));
	check_folio(_metadata, self, to, PAGES);
}

TEST_F(thp, mprotect_of_a_part)
{
	const __u64 size = PART * PAGE_SIZE;
	int i;

	take_part(_metadata, self);
	ASSERT_EQ(0, mprotect(self->part, size, PROT_READ));
	EXPECT_EQ(0, wrong_data(self, self->va));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(i >= FIRST && i < FIRST + PART ? SIGSEGV : 0,
			  try_write(page_at(self->va, i), word(i)));
	ASSERT_EQ(0, mprotect(self->part, size, RW));
	check_usable(_metadata, self, self->va);
}

TEST_F(thp, fork_child_has_own_copy)
{
	pid_t pid;
	int i;

	take_part(_metadata, self);
	pid = fork();
	if (!pid) {
		int wrong = wrong_data(self, self->va);

		for (i = 0; i < PAGES; i++)
			wrong += try_write(page_at(self->va, i), 0);
		_exit(!!wrong);
	}
	EXPECT_TRUE(child_was_right(pid));
	check_folio(_metadata, self, self->va, PAGES);
	check_usable(_metadata, self, self->va);
}

/* Splitting and collapsing */

#define SPLIT	"/sys/kernel/debug/split_huge_pages"

static bool split(thp_t *self)
{
	char text[64];

	snprintf(text, sizeof(text), "%d,%p,%p,0", getpid(), self->va,
		 self->va + PMD_SIZE);
	drain();
	return proc_write(SPLIT, text);
}

/* Each page has a folio of its own, and the CPU has them all back. */
TEST_F(thp, split)
{
	struct test_exclusive_look look;
	int i;

	NEED(lacks(SPLIT, "CONFIG_TRANSPARENT_HUGEPAGE"));
	take_part(_metadata, self);
	ASSERT_TRUE(split(self));
	drain();
	for (i = 0; i < PAGES; i++) {
		look = look_at(self->fd, page_at(self->va, i));
		EXPECT_EQ(TEST_EXCLUSIVE_PRESENT, look.kind);
		EXPECT_EQ(1, look.pages);
		EXPECT_EQ(1, look.mapcount);
		EXPECT_EQ(1, look.refcount);
	}
	check_usable(_metadata, self, self->va);
}

/* Splitting looks for folios at present entries. */
TEST_F(thp, split_of_nothing_present)
{
	NEED(lacks(SPLIT, "CONFIG_TRANSPARENT_HUGEPAGE"));
	take_all(_metadata, self);
	split(self);
	check_usable(_metadata, self, self->va);
}

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

TEST_F(thp, collapse_of_small_pages)
{
	self->va = map_small(PMD_SIZE);
	ASSERT_NE(MAP_FAILED, self->va);
	fill_pages(self->va, PAGES);
	ASSERT_EQ(1, look_at(self->fd, self->va).pages);
	self->first = FIRST;
	self->taken = 1;
	ASSERT_EQ(0, take_page(self->fd, page_at(self->va, FIRST), self->how));
	drain();
	ASSERT_EQ(0, madvise(self->va, PMD_SIZE, MADV_HUGEPAGE));
	ASSERT_EQ(0, madvise(self->va, PMD_SIZE, MADV_COLLAPSE));
	EXPECT_EQ(TEST_EXCLUSIVE_HUGE, look_at(self->fd, self->va).kind);
	EXPECT_EQ(0, wrong_data(self, self->va));
	check_usable(_metadata, self, self->va);
}

TEST_F(thp, collapse_of_what_was_one)
{
	take_part(_metadata, self);
	drain();
	ASSERT_EQ(0, madvise(self->va, PMD_SIZE, MADV_HUGEPAGE));
	ASSERT_EQ(0, madvise(self->va, PMD_SIZE, MADV_COLLAPSE));
	EXPECT_EQ(TEST_EXCLUSIVE_HUGE, look_at(self->fd, self->va).kind);
	EXPECT_EQ(0, wrong_data(self, self->va));
	check_usable(_metadata, self, self->va);
}

/* Reclaim */

TEST_F_TIMEOUT(thp, swapped_out_by_advice, 120)
{
	NEED(lacks_swap());
	ASSERT_EQ(0, swap_on(RAM_DISK));
	take_part(_metadata, self);
	EXPECT_TRUE(swap_out(self->fd, self->va, PAGES));
	check_usable(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

static void check_reclaim(struct __test_metadata *_metadata, thp_t *self, int first, int count)
{
	NEED(lacks_reclaim());
	ASSERT_EQ(0, swap_on(RAM_DISK));
	ASSERT_TRUE(prepare_reclaim());
	use_folio(_metadata, self);
	take(_metadata, self, first, count);
	EXPECT_TRUE(reclaim_all(self->fd, self->va, PAGES));
	check_usable(_metadata, self, self->va);
	EXPECT_EQ(0, swap_off(RAM_DISK));
}

TEST_F_TIMEOUT(thp, reclaim_swaps_a_part_out, 120)
{
	check_reclaim(_metadata, self, FIRST, PART);
}

TEST_F_TIMEOUT(thp, reclaim_swaps_all_out, 120)
{
	check_reclaim(_metadata, self, 0, PAGES);
}

/* Poison: one page is lost, and the folio is split. */
TEST_F(thp, poison_refuses_the_page)
{
	int i;

	NEED(lacks_poison());
	take_part(_metadata, self);
	EXPECT_TRUE(poison_frame(look_at(self->fd, self->part).pfn));
	EXPECT_EQ(TEST_EXCLUSIVE_HWPOISON, look_at(self->fd, self->part).kind);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(SIGBUS, try_read(self->part));
	EXPECT_EQ(1, wrong_data(self, self->va));
	EXPECT_EQ(1, look_at(self->fd, page_at(self->part, 1)).pages);
}

TEST_HARNESS_MAIN

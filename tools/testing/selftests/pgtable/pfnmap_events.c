// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel counts and traces of frames and of exclusive pages: each event once, and no others.
 * Where C serves, nothing but poison is counted.
 */
#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/child.h"
#include "lib/events.h"
#include "lib/huge.h"
#include "lib/need.h"
#include "lib/poison.h"
#include "lib/range.h"

/* Frames */

/* The same, by the test device alone: vfio-pci does not unmap a part, and cannot be poisoned. */
FIXTURE(part)
{
};

VARIANT_OF_KIND(part);
ALL_VARIANTS(part, device);

FIXTURE_SETUP(part)
{
	const char *why_not = mapping_open(variant->kind, variant->level);

	if (why_not)
		SKIP(return, "%s", why_not);
}

FIXTURE_TEARDOWN(part)
{
	mapping_close();
}

/* Where Rust serves @count, else nothing. */
static int if_rust(int count)
{
	static struct test_pfnmap_follow f;

	if (!f.pfn)
		CHECK_EQ(0, pfnmap_follow(map.follow, map.truth, 1, &f), "a lookup by pages");
	return f.rust ? count : 0;
}

static __u64 pfn_at(__u64 offset)
{
	return (map.source.phys + offset) / PAGE_SIZE;
}

static int blocks(void)
{
	return map.size / map.block;
}

/* Where the entry of @level starts that maps @offset. */
static __u64 start_of(__u64 offset, enum pfnmap_level level)
{
	return offset - offset % pfnmap_size(level);
}

/* A page in the middle of the second block. */
static __u64 inside(void)
{
	return MIDDLE + start_of((map.block / 2 + 3 * PAGE_SIZE) % map.block, PFNMAP_PTE);
}

/* Event @i is about the entry of @level for @offset. */
static void check_frames(int i, const char *name, enum pfnmap_level level, __u64 offset,
			 const char *result)
{
	__u64 start = start_of(offset, level);

	check_event(i, name, map.va + start, level, pfn_at(start), result);
}

/* Each level above that of pages was split, down to the page inside. */
static void check_splits(void)
{
	const int splits = if_rust(map.level - PFNMAP_PTE);
	int i;

	check_counter(SPLIT, splits);
	check_all_events(splits);
	for (i = 0; i < splits; i++)
		check_frames(i, "pfnmap_split", map.level - i, inside(), "0");
}

TEST_F(huge, faults)
{
	const int count = if_rust(blocks());
	int i;

	events_start();
	touch_blocks(map.va);
	events_end();
	check_counter(FAULT_PTE + map.level, count);
	check_no_more();
	check_all_events(count);
	for (i = 0; i < count; i++)
		check_frames(i, "pfnmap_insert", map.level, i * map.block, "NOPAGE");
}

/* An access that has no fault left to take is no event. */
TEST_F(huge, no_fault)
{
	map_all();
	events_start();
	map_blocks();
	events_end();
	check_no_more();
	check_all_events(0);
}

/* Entries of pages are copied by C. */
TEST_F(huge, fork)
{
	const int count = if_rust(map.level == PFNMAP_PTE ? 0 : blocks());
	const int inserts = if_rust(blocks());
	pid_t pid;
	int i;

	events_start();
	touch_blocks(map.va);
	pid = fork();
	if (!pid)
		_exit(0);
	EXPECT_TRUE(child_was_right(pid));
	events_end();
	check_counter(FAULT_PTE + map.level, inserts);
	check_no_more();
	check_all_events(inserts + count);
	for (i = inserts; i < inserts + count; i++) {
		check_frames(i, "pfnmap_copy", map.level, (i - inserts) * map.block, "0");
		/* Of the child. */
		EXPECT_TRUE(!events.traced || strcmp(events.event[0].mm, events.event[i].mm));
	}
}

/* A page is cut out of a block; of a page there is nothing to split. */
TEST_F(huge, cut)
{
	map_all();
	events_start();
	ASSERT_EQ(0, mprotect(map.va + inside(), PAGE_SIZE, PROT_READ));
	events_end();
	check_splits();
	check_no_more();
}

/* The driver unmaps a page, which then comes back as one. */
TEST_F(part, zap)
{
	map_all();
	events_start();
	ASSERT_EQ(0, device_zap_range(&map.source, inside(), PAGE_SIZE));
	events_end();
	check_splits();
	check_no_more();
	events_start();
	bar_read(map.va + inside());
	events_end();
	check_counter(FAULT_PTE, if_rust(1));
	check_no_more();
	check_all_events(if_rust(1));
	if (if_rust(1))
		check_frames(0, "pfnmap_insert", PFNMAP_PTE, inside(), "NOPAGE");
}

/*
 * Each entry that a poisoned frame is taken out of. The second view maps the frame, too, if blocks are
 * pages. C drops a huge entry, and has none left to take it out of.
 */
TEST_F(part, poison)
{
	int memory_failure = pfnmap_follow_open();
	/* Asked while there is something to look up. */
	const int split = if_rust(1), entries = map.level == PFNMAP_PTE ? 2 : split;
	pid_t pid;

	NEED(lacks_poison());
	ASSERT_EQ(0, pfnmap_ioctl(memory_failure, TEST_PFNMAP_POISONABLE, NULL));
	map_all();
	pid = fork();
	if (!pid) {
		/* A process that maps the frame counts as having touched it. */
		munmap(map.va, map.size);
		munmap(map.truth, map.size);
		events_start();
		if (!poison_frame(pfn_at(inside())))
			_exit(1);
		events_end();
		check_splits();
		check_counter(POISON, entries);
		check_no_more();
		_exit(0);
	}
	EXPECT_TRUE(child_was_right(pid));
	close(memory_failure);
}

/* Exclusive pages */

FIXTURE_RANGE

#define TAKEN	8	/* pages */

/* Pages that the device has not taken yet. */
static void fill(struct range *range)
{
	range_use_filled(range, PAGES_OF_PMD - TAKEN / 2, TAKEN);
}

static int take(struct range *range)
{
	return take_pages(range->fd, range->va, TAKEN, range->how, range->results);
}

static void read_back(struct range *range)
{
	int i;

	for (i = 0; i < TAKEN; i++)
		try_read(page_at(range->va, i));
}

/* Event @i is about page @i. */
static void check_pages(struct range *range, const char *name)
{
	int i;

	for (i = 0; is_rust(range->fd) && i < TAKEN; i++)
		check_event(i, name, page_at(range->va, i), PFNMAP_PTE,
			    look_at(range->fd, page_at(range->va, i)).pfn, "0");
}

TEST_F(range, make)
{
	struct range *range = &self->range;
	const int count = is_rust(range->fd) ? TAKEN : 0;

	fill(range);
	events_start();
	EXPECT_EQ(TAKEN, take(range));
	events_end();
	check_counter(MAKE, count);
	check_no_more();
	check_all_events(count);
	check_pages(range, "device_exclusive_make");
}

TEST_F(range, restore)
{
	struct range *range = &self->range;
	const int count = is_rust(range->fd) ? TAKEN : 0;

	fill(range);
	ASSERT_EQ(TAKEN, take(range));
	events_start();
	read_back(range);
	events_end();
	check_counter(RESTORE, count);
	check_no_more();
	check_all_events(count);
	check_pages(range, "device_exclusive_restore");
}

/* The pages are taken back first. */
TEST_F(range, make_again)
{
	struct range *range = &self->range;
	const int count = is_rust(range->fd) ? TAKEN : 0;

	fill(range);
	ASSERT_EQ(TAKEN, take(range));
	events_start();
	EXPECT_EQ(TAKEN, take(range));
	events_end();
	check_counter(REMAKE, count);
	check_counter(RESTORE, count);
	check_counter(MAKE, count);
	check_no_more();
	check_events("device_exclusive_restore", "0", count);
	check_events("device_exclusive_make", "0", count);
	check_all_events(2 * count);
}

TEST_F(range, make_none)
{
	struct range *range = &self->range;
	const int count = is_rust(range->fd) ? 1 : 0;

	fill(range);
	ASSERT_EQ(0, munmap(page_at(range->va, 1), PAGE_SIZE));
	events_start();
	EXPECT_EQ(-EFAULT, take_page(range->fd, page_at(range->va, 1), range->how));
	events_end();
	check_no_more();
	check_all_events(count);
	if (count)
		check_event(0, "device_exclusive_make", page_at(range->va, 1), PFNMAP_PTE, 0,
			    "-14");
}

TEST_F(range, fork)
{
	struct range *range = &self->range;
	const int count = is_rust(range->fd) ? TAKEN : 0;
	pid_t pid;

	fill(range);
	ASSERT_EQ(TAKEN, take(range));
	events_start();
	pid = fork();
	if (!pid)
		_exit(0);
	EXPECT_TRUE(child_was_right(pid));
	events_end();
	check_counter(RESTORE, count);
	check_no_more();
	check_all_events(count);
	check_pages(range, "device_exclusive_restore");
}

#define TRIES	5	/* each holds for twice as long; the last for 8 s */

/* Forks while the device holds a page; returns whether fork found its folio locked. */
static bool fork_while_held(struct __test_metadata *_metadata, struct range *range)
{
	const int count = is_rust(range->fd) ? 1 : 0;
	struct hold hold;
	pid_t pid;
	int waits;

	ASSERT_TRUE(hold_start(&hold, range->fd, page_at(range->va, 1), 1, range->how));
	events_start();
	pid = fork();
	if (!pid)
		_exit(0);
	EXPECT_TRUE(child_was_right(pid));
	EXPECT_EQ(1, hold_end(&hold));
	events_end();
	check_counter(RESTORE, count);
	check_no_more();
	check_events("device_exclusive_restore", "0", count);
	waits = count_events("device_exclusive_restore", "-16");
	EXPECT_TRUE(count || !waits);
	return waits || !count || !events.traced;
}

/* Fork waits then. On a busy machine the hold may be over before it comes to the page. */
TEST_F(range, fork_waits)
{
	bool waited = false;
	int i;

	fill(&self->range);
	for (i = 0; i < TRIES && !waited; i++, hold_us *= 2)
		waited = fork_while_held(_metadata, &self->range);
	EXPECT_TRUE(waited);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel counts and traces of splits while each allocation fails in turn: a block that is
 * dropped is counted, and none that stays.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "lib/check.h"
#include "lib/events.h"
#include "lib/fail.h"
#include "lib/kinds.h"
#include "lib/mapping.h"
#include "lib/need.h"

#define MOST	200	/* allocations that one call may need */

FIXTURE(nomem)
{
	int fail;		/* fail_open() */
	__u64 part;		/* the page that is cut out, in bytes of the mapping */
};

VARIANT_OF_KIND(nomem);
HUGE_VARIANTS(nomem, device);

#define nomem_t	FIXTURE_DATA(nomem)

FIXTURE_SETUP(nomem)
{
	const char *why_not = mapping_open(variant->kind, variant->level);

	if (why_not)
		SKIP(return, "%s", why_not);
	self->fail = fail_open();
	if (self->fail < 0 || !fail_all())
		SKIP(return, "this kernel has no CONFIG_FAIL_PAGE_ALLOC or CONFIG_FAILSLAB");
	self->part = MIDDLE + map.block / 2 + 3 * PAGE_SIZE;
}

FIXTURE_TEARDOWN(nomem)
{
	mapping_close();
}

/* Event @i is about the entry of @level around the part. */
static void check_split(nomem_t *self, int i, enum pfnmap_level level, const char *result)
{
	const __u64 start = self->part - self->part % pfnmap_size(level);

	check_event(i, "pfnmap_split", map.va + start, level,
		    (map.source.phys + start) / PAGE_SIZE, result);
}

/* @done levels were split, and if @failed there was no memory for the next one. */
static void check_splits(nomem_t *self, int done, bool failed)
{
	int i;

	check_counter(SPLIT, done);
	check_all_events(done + failed);
	for (i = 0; i < done; i++)
		check_split(self, i, map.level - i, "0");
	if (failed)
		check_split(self, done, map.level - done, "-12");
}

/* Maps the blocks again, as a fault maps them. */
static void map_again(void)
{
	void *va = source_map_at(&map.source, map.va, RW, 0, map.size);

	CHECK(va == map.va, "mmap(): errno %d", errno);
	touch_blocks(map.va);
}

static int zap(nomem_t *self)
{
	return device_zap_range(&map.source, self->part, PAGE_SIZE);
}

static int protect(nomem_t *self)
{
	return result(mprotect(map.va + self->part, PAGE_SIZE, PROT_READ));
}

/* Calls once, and the @nth allocation fails; returns whether there was one. */
static bool call_without(nomem_t *self, int (*call)(nomem_t *), int nth, int *ret)
{
	bool injected;

	map_again();
	events_start();
	fail_nth(self->fail, nth);
	*ret = call(self);
	injected = fail_end(self->fail);
	events_end();
	return injected;
}

/* A zap does without: the block, or the smaller one that was left of it, is dropped. */
TEST_F_TIMEOUT(nomem, zap, 600)
{
	const int levels = map.level - PFNMAP_PTE;
	int dropped[PFNMAP_LEVELS] = {};
	int nth, ret, done;
	bool injected, failed;

	for (nth = 1; nth < MOST; nth++) {
		injected = call_without(self, zap, nth, &ret);
		ASSERT_EQ(0, ret);
		done = events.counted[SPLIT];
		failed = done < levels;
		/* The allocator itself can do without some of its allocations. */
		ASSERT_TRUE(injected || !failed);
		check_counter(SPLIT_FAILED, failed);
		check_splits(self, done, failed);
		check_no_more();
		dropped[done] += failed;
		if (!injected)
			break;
	}
	EXPECT_GT(MOST, nth);
	for (done = 0; done < levels; done++)
		EXPECT_LT(0, dropped[done]);
}

/* mprotect() fails, and nothing is dropped; once all is split it may lack memory for a vma. */
TEST_F_TIMEOUT(nomem, mprotect, 600)
{
	const int levels = map.level - PFNMAP_PTE;
	int nth, ret, done, failed = 0;
	bool injected;

	for (nth = 1; nth < MOST; nth++) {
		injected = call_without(self, protect, nth, &ret);
		EXPECT_TRUE(!ret || (injected && ret == -ENOMEM));
		done = events.counted[SPLIT];
		ASSERT_TRUE(done == levels || (ret && !done));
		check_splits(self, done, !done);
		check_no_more();
		failed += !done;
		if (!injected)
			break;
	}
	EXPECT_GT(MOST, nth);
	EXPECT_LT(0, failed);
}

TEST_HARNESS_MAIN

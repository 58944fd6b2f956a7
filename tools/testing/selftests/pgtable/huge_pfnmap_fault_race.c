// SPDX-License-Identifier: GPL-2.0
/*
 * A fault for a page races with a fault for the block around it and a zap of a part: what the first
 * has seen empty becomes a huge entry, and then a table, before it goes on. That is so as long as it
 * has the lock of the vma alone: prctl(), which chooses between page and block, waits for the mmap
 * lock, under which the driver is asked for the page.
 *
 * Both faults find their own page. FOLLOW_RACE_SECONDS (10) says for how long, all variants
 * together.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/kinds.h"
#include "lib/need.h"
#include "lib/race.h"
#include "lib/warn.h"

#define MET	4	/* zaps of a block during a fault for a page, at least: one round in a hundred */

static struct pfnmap_source source;
static char *va;			/* of the block */
static __u64 block;			/* bytes */
static int look_fd;			/* of lookups */
static atomic_long asked, done;		/* faults for pages */
static atomic_bool faulting;		/* between the two */
static __u64 page;			/* what the last one is for */
static long rounds, met;

static void touch(__u64 number)
{
	__u64 value = 0;
	int refusal = try_access(va + number * PAGE_SIZE, false, &value);

	if (refusal || value != word(number))
		race_fail("a fault found another page than its own", refusal ?: value);
}

static void page_once(void)
{
	while (atomic_load(&asked) == atomic_load(&done) && !race_over)
		sched_yield();
	if (atomic_load(&asked) == atomic_load(&done))
		return;
	atomic_store(&faulting, true);
	touch(page);
	atomic_store(&faulting, false);
	atomic_fetch_add(&done, 1);
}

static bool is_block(void)
{
	struct test_pfnmap_follow f;

	return !pfnmap_follow(look_fd, va, 1, &f) && f.addr_mask == ~(block - 1);
}

/* From no time at all to what a page table takes on a busy machine. */
static void wait_some(void)
{
	race_spin(race_pick(1000ULL << race_pick(13)));
}

/* What takes a page now gets one, and later a block. */
static void use_blocks(bool blocks)
{
	if (prctl(PR_SET_THP_DISABLE, !blocks, 0, 0, 0))
		race_fail("prctl() failed", errno);
}

static void block_once(void)
{
	const __u64 pages = block / PAGE_SIZE, other = race_pick(pages);

	munmap(va, block);
	if (source_map_at(&source, va, RW, 0, block) != va)
		race_fail("mmap() failed", errno);
	page = race_pick(pages);
	use_blocks(false);
	atomic_fetch_add(&asked, 1);
	wait_some();
	use_blocks(true);
	touch(other);
	wait_some();
	met += is_block() && atomic_load(&faulting);
	if (device_zap_range(&source, race_pick(pages) * PAGE_SIZE, PAGE_SIZE))
		race_fail("cannot unmap a part of the BAR", errno);
	while (atomic_load(&asked) != atomic_load(&done) && !race_over)
		sched_yield();
	touch(page);
	touch(other);
	rounds++;
}

static const struct racer racers[] = { { "block", block_once, 0 }, { "page", page_once, 1 } };

static bool met_enough(void)
{
	return met >= MET;
}

FIXTURE(fault_race)
{
};

VARIANT_OF_KIND(fault_race);
HUGE_VARIANTS(fault_race, device);

FIXTURE_SETUP(fault_race)
{
	int ret = source_open(&source, variant->kind, variant->level);
	__u64 number;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	NEED(lacks_two_cpus());
	look_fd = pfnmap_follow_open();
	ASSERT_LE(0, look_fd);
	block = pfnmap_block(variant->level);
	va = pfnmap_pick(PFNMAP_PUD, source.phys, block);
	ASSERT_EQ(va, source_map_at(&source, va, RW, 0, block));
	for (number = 0; number < block / PAGE_SIZE; number++)
		bar_write(va + number * PAGE_SIZE, word(number));
	kernel_said(": bad p");
	ASSERT_EQ(0, catch_refusals());
}

FIXTURE_TEARDOWN(fault_race)
{
	close(source.file);
}

TEST_F_TIMEOUT(fault_race, page_against_block_and_zap, 3600)
{
	const __u64 ns = race_seconds(10) * 1000000000ULL / HUGE_LEVELS;
	bool ended = race_run(racers, ARRAY_SIZE(racers), ns, met_enough, NULL);

	TH_LOG("%ld rounds, %ld zaps of a block during a fault for a page", rounds, met);
	ASSERT_RACE();
	ASSERT_TRUE(ended);
	EXPECT_TRUE(met_enough());
	EXPECT_EQ(0, kernel_said(": bad p"));
}

TEST_HARNESS_MAIN

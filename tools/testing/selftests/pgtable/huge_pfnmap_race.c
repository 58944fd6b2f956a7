// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on a BAR mapped by entries of each level, while it is turned off and on again and
 * its mappings are removed and made again.
 *
 * An access works only where the BAR was on and mapped at some time of it, and is refused only
 * where it was off or not mapped; while the BAR is off, or where it is not mapped, no lookup
 * finds an entry. What was written is there when the mapping is back.
 * FOLLOW_RACE_SECONDS (10) says for how long.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/harness.h"
#include "lib/level.h"
#include "lib/lookup.h"
#include "lib/need.h"
#include "lib/race.h"
#include "lib/view.h"

#define MAPPED	1	/* state of a mapping */
#define TOUCHERS	2
#define WORDS	192	/* that a thread writes in an area, at most */

/* Parts of the BAR, each mapped at its level; by level, some architectures lack the last. */
static struct area {
	enum pfnmap_level level;
	__u64 offset;	/* in the BAR */
	int count;	/* of blocks; of pages and PMDs in 1 GiB at most */
	__u64 size;
	__u64 block;
	char *va;
	struct timeline mapping;
} areas[] = {
	{ .level = PFNMAP_PTE, .offset = 3 * PFNMAP_1G, .count = 64 },
	{ .level = PFNMAP_PMD, .offset = 2 * PFNMAP_1G, .count = 16 },
	{ .level = PFNMAP_PUD, .offset = 0, .count = 2 },
};

#define AREAS	(PFNMAP_PUD + 1)

static struct pfnmap_bar bar;
static int test_fd;

/* How often each thing happened: a race that raced nothing is a failure too. */
static struct {
	atomic_long access[PFNMAP_PUD + 1], faults, refused, unmapped, off, unmaps, lookups;
} seen;

/* Accesses */

/* BUS_OBJERR, an abort, would come from a mapping of the BAR that outlived it. */
static void check_refusal(const struct view *v, int refusal)
{
	if (refusal == refusal_of(SIGBUS, BUS_ADRERR)) {
		atomic_fetch_add(&seen.refused, 1);
		if (!bracket_has(&v->decode, OFF))
			race_fail("a fault was refused though the BAR was on", refusal);
	} else if (refusal == refusal_of(SIGSEGV, SEGV_MAPERR)) {
		atomic_fetch_add(&seen.unmapped, 1);
		if (!bracket_has(&v->map, UNMAPPED))
			race_fail("a fault was refused though there was a mapping", refusal);
	} else {
		race_fail("an access ended in another signal or code", refusal);
	}
}

/*
 * The first words of a block, those in its middle and those at its end belong to the threads,
 * one each.
 */
static char *own_word(struct area *area, int thread, __u64 i)
{
	const __u64 part[] = { 0, area->block / 2, area->block - 8 * TOUCHERS };

	return area->va + i / 3 * area->block + part[i % 3] + 8 * thread;
}

static __u64 words(const struct area *area)
{
	return area->size / area->block * 3;
}

/* What a thread last wrote, at first 0; no other thread writes there. */
static __u64 written[TOUCHERS][AREAS][WORDS];

static void touch_once(void)
{
	int i = race_pick(AREAS), refusal;
	struct area *area = &areas[i];
	__u64 at = race_pick(words(area)), value = race_pick(-1ULL);
	bool write = race_pick(2);
	struct view v = view_open(&area->mapping);
	long before = pfnmap_faults();

	refusal = try_access(own_word(area, race_number, at), write, &value);
	atomic_fetch_add(&seen.faults, pfnmap_faults() - before);
	view_close(&v);
	if (refusal)
		return check_refusal(&v, refusal);
	if (view_gone(&v))
		race_fail("an access worked though the BAR was gone", area->level);
	if (write)
		written[race_number][i][at] = value;
	else if (value != written[race_number][i][at])
		race_fail("a read found something else than was written", value);
	atomic_fetch_add(&seen.access[i], 1);
}

/* Returns how many words are not what was last written there. */
static long lost_words(void)
{
	int thread, i;
	long lost = 0;
	__u64 at;

	for (thread = 0; thread < TOUCHERS; thread++)
		for (i = 0; i < AREAS; i++)
			for (at = 0; at < words(&areas[i]); at++)
				lost += bar_read(own_word(&areas[i], thread, at)) !=
					written[thread][i][at];
	return lost;
}

static void clear_words(struct area *area)
{
	__u64 at;

	for (at = 0; at < words(area); at++) {
		bar_write(own_word(area, 0, at), 0);
		bar_write(own_word(area, 1, at), 0);
	}
}

/* Changes */

/* Nothing is mapped in an area: every block, whether or not it was touched. */
static void check_gone(struct area *area)
{
	struct test_pfnmap_follow f;
	__u64 at;

	for (at = 0; at < area->size; at += area->block) {
		atomic_fetch_add(&seen.lookups, 1);
		if (pfnmap_follow(test_fd, area->va + at, 1, &f) != -EINVAL)
			race_fail("a lookup found what is gone", area->level);
	}
}

static void decode_once(void)
{
	unsigned int i;

	view_decode(&bar, OFF);
	for (i = 0; i < AREAS; i++)
		check_gone(&areas[i]);
	race_pause();
	for (i = 0; i < AREAS; i++)
		check_gone(&areas[i]);
	view_decode(&bar, ON);
	atomic_fetch_add(&seen.off, 1);
	race_pause();
}

static void remap_once(void)
{
	struct area *area = &areas[race_pick(AREAS)];

	view_remap(&bar, &area->mapping, UNMAPPED, area->va, area->offset, area->size);
	check_gone(area);
	race_pause();
	view_remap(&bar, &area->mapping, MAPPED, area->va, area->offset, area->size);
	atomic_fetch_add(&seen.unmaps, 1);
	race_pause();
}

/* The first ones are TOUCHERS. */
static const struct racer racers[] = {
	{ "touch", touch_once, 0 }, { "touch", touch_once, 1 }, { "decode", decode_once, 1 },
	{ "remap", remap_once, 0 },
};

FIXTURE(race)
{
};

FIXTURE_SETUP(race)
{
	struct area *area;

	NEED(view_setup(&bar));
	test_fd = pfnmap_follow_open();
	NEED(lacks_test_device(test_fd));
	for (area = areas; area < areas + AREAS; area++) {
		area->block = pfnmap_block(area->level);
		area->size = area->count * pfnmap_size(area->level);
		if (area->level < PFNMAP_PUD && area->size > PFNMAP_1G)
			area->size = PFNMAP_1G;
		ASSERT_LE(words(area), WORDS);
		area->va = bar_map(&bar, area->level, RW, area->offset, area->size);
		ASSERT_NE(MAP_FAILED, area->va);
		area->mapping.state[0] = MAPPED;
		clear_words(area);
	}
}

FIXTURE_TEARDOWN(race)
{
	bar_close(&bar);
}

static bool seen_enough(void)
{
	bool enough = seen.faults > 100 && seen.refused > 100 && seen.unmapped > 100 &&
		      seen.off > 10 && seen.unmaps > 10;
	int i;

	for (i = 0; i < AREAS; i++)
		enough = enough && seen.access[i] > 100;
	return enough;
}

static void check_seen(struct __test_metadata *_metadata)
{
	EXPECT_TRUE(seen_enough());
	TH_LOG("accesses: pte %ld, pmd %ld, pud %ld; BAR off %ld, unmapped %ld",
	       seen.access[PFNMAP_PTE], seen.access[PFNMAP_PMD], seen.access[PFNMAP_PUD],
	       seen.off, seen.unmaps);
	TH_LOG("faults %ld, SIGBUS %ld, SIGSEGV %ld; lookups of what is gone %ld",
	       seen.faults, seen.refused, seen.unmapped, seen.lookups);
}

TEST_F_TIMEOUT(race, fault_against_disable_and_unmap, 3600)
{
	bool ended = race_run(racers, ARRAY_SIZE(racers), race_seconds(10) * 1000000000ULL,
			      seen_enough, NULL);

	ASSERT_RACE();
	ASSERT_TRUE(ended);
	EXPECT_EQ(0, lost_words());
	check_seen(_metadata);
}

TEST_HARNESS_MAIN

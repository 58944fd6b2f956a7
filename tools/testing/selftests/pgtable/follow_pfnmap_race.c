// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups of a BAR mapping on one CPU while another unmaps it, maps it elsewhere at another
 * level, and turns the BAR off.
 *
 * Every result must be one that a state in force during the call allows. It is a failure to find a
 * frame of another layout or a mask of another level, something where nothing is, or nothing where
 * something is.
 *
 * FOLLOW_RACE_SECONDS (60) says for how long. On a machine that is too slow to see enough it takes
 * longer.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/harness.h"
#include "lib/lookup.h"
#include "lib/need.h"
#include "lib/race.h"
#include "lib/view.h"

#define SIZE		PFNMAP_1G	/* of the raced mapping; its address is 1 GiB aligned */
#define MEM_SIZE	(16 * PAGE_SIZE)	/* of the one that /proc/self/mem reads */

/* States of the raced mapping: the offset in the BAR decides the level. */
static struct layout {
	__u64 offset;
	enum pfnmap_level level;
} layouts[7];

/* States of the mapping that /proc/self/mem reads. */
static __u64 mem_offsets[3];

/* Where lookups go: few places, so that they meet what the other threads do. */
static __u64 spots[7];

/* State 0 is that nothing is mapped. */
static void choose_states(void)
{
	const struct layout with_sizes[] = {
		{}, { 0, PFNMAP_PUD }, { PFNMAP_1G, PFNMAP_PUD }, { PMD_SIZE, PFNMAP_PMD },
		{ PFNMAP_1G + PMD_SIZE, PFNMAP_PMD }, { PAGE_SIZE, PFNMAP_PTE },
		{ PMD_SIZE + PAGE_SIZE, PFNMAP_PTE },
	};
	const __u64 mem_with_sizes[] = { 0, 3 * PFNMAP_1G, 3 * PFNMAP_1G + PMD_SIZE };
	const __u64 spots_with_sizes[] = {
		0, PAGE_SIZE, PMD_SIZE - PAGE_SIZE, PMD_SIZE, SIZE / 2, SIZE - PMD_SIZE,
		SIZE - PAGE_SIZE,
	};

	memcpy(layouts, with_sizes, sizeof(layouts));
	memcpy(mem_offsets, mem_with_sizes, sizeof(mem_offsets));
	memcpy(spots, spots_with_sizes, sizeof(spots));
}

static struct pfnmap_bar bar;
static struct timeline mapping, mem_mapping;
static char *va, *mem_va;
static int test_fd, mem_fd, resource_fd;

/* The mapping of the resource file survives without decode, and reading it then is an abort. */
static pthread_rwlock_t bus = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

/* How often each thing happened: a race that raced nothing is a failure too. */
static struct {
	atomic_long hit[PFNMAP_PUD + 1], miss, sure, gone;
	atomic_long dma, dma_sure, dma_gone, mem, mem_gone, zap, remap, touch;
} seen;

/* Lookups */

static bool touch(__u64 spot)
{
	struct view v = view_open(&mapping);
	unsigned char state;
	__u64 value, i;

	if (try_access(va + spot, false, &value))
		return false;
	view_close(&v);
	atomic_fetch_add(&seen.touch, 1);
	bracket_for_each(i, &v.map) {
		state = bracket_state(&v.map, i);
		if (state != UNMAPPED && value == word(layouts[state].offset + spot))
			return true;
	}
	race_fail("the CPU read a page of another layout", value);
	return true;
}

static void check_hit(const struct view *v, __u64 spot, const struct test_pfnmap_follow *f)
{
	const struct layout *layout;
	enum pfnmap_level level;
	unsigned char state;
	__u64 i;

	if (view_gone(v))
		return race_fail("follow found what is gone", f->pfn);
	if (!f->special || !f->writable)
		return race_fail("follow found no special, writable entry", f->pgprot);
	bracket_for_each(i, &v->map) {
		state = bracket_state(&v->map, i);
		layout = &layouts[state];
		level = pfnmap_arrives(layout->level);
		if (state != UNMAPPED &&
		    f->pfn == (bar.phys + layout->offset + spot) / PAGE_SIZE &&
		    f->addr_mask == ~(pfnmap_size(level) - 1)) {
			atomic_fetch_add(&seen.hit[level], 1);
			return;
		}
	}
	race_fail("follow found a frame or level of no layout in force", f->pfn);
}

static void check_miss(const struct view *v, bool touched, int error)
{
	atomic_fetch_add(&seen.miss, 1);
	if (view_gone(v))
		atomic_fetch_add(&seen.gone, 1);
	if (error != -EINVAL)
		race_fail("follow failed with another error than EINVAL", -error);
	if (touched && view_sure(v))
		race_fail("follow found nothing where the CPU had just read", -error);
}

static void follow_once(void)
{
	__u64 spot = spots[race_pick(ARRAY_SIZE(spots))];
	struct view v = view_open(&mapping);
	bool touched = race_pick(2) && touch(spot);
	struct test_pfnmap_follow f;
	int error = pfnmap_follow(test_fd, va + spot, 1 + race_pick(8), &f);

	view_close(&v);
	if (touched && view_sure(&v))
		atomic_fetch_add(&seen.sure, 1);
	if (error)
		check_miss(&v, touched, error);
	else
		check_hit(&v, spot, &f);
}

static void dma_once(void)
{
	const __u64 sizes[] = { PAGE_SIZE, 16 * PAGE_SIZE, PMD_SIZE + 2 * PAGE_SIZE };
	__u64 size = sizes[race_pick(ARRAY_SIZE(sizes))], spot = spots[race_pick(5)];
	struct view v = view_open(&mapping);
	int error;

	size = size < SIZE - spot ? size : SIZE - spot;
	error = bar_dma_map(&bar, va + spot, PFNMAP_IOVA, size, BAR_DMA_RW);
	view_close(&v);
	if (view_sure(&v)) {
		atomic_fetch_add(&seen.dma_sure, 1);
		if (error)
			race_fail("a DMA map of what is mapped failed", -error);
	}
	if (error) {
		if (view_gone(&v))
			atomic_fetch_add(&seen.dma_gone, 1);
		return;
	}
	atomic_fetch_add(&seen.dma, 1);
	if (view_gone(&v))
		race_fail("a DMA map of what is gone succeeded", size);
	if (bar_dma_unmap(&bar, PFNMAP_IOVA, size) != (__s64)size)
		race_fail("a DMA unmap did not unmap all", size);
}

static bool mem_may_read(const struct bracket *map, __u64 at, __u64 value)
{
	unsigned char state;
	__u64 i;

	bracket_for_each(i, map) {
		state = bracket_state(map, i);
		if (state != UNMAPPED && value == word(mem_offsets[state] + at))
			return true;
	}
	return false;
}

static void check_mem(const struct bracket *map, __u64 at, bool got, __u64 value)
{
	if (got) {
		atomic_fetch_add(&seen.mem, 1);
		if (!mem_may_read(map, at, value))
			race_fail("/proc/self/mem read a page of another layout", value);
	} else if (bracket_only(map, UNMAPPED)) {
		atomic_fetch_add(&seen.mem_gone, 1);
	} else if (bracket_stable(map)) {
		race_fail("/proc/self/mem failed to read what is mapped", at);
	}
}

static void mem_once(void)
{
	__u64 at = race_pick(MEM_SIZE / PAGE_SIZE) * PAGE_SIZE, value;
	struct bracket map;
	ssize_t got;

	pthread_rwlock_rdlock(&bus);
	map = bracket_open(&mem_mapping);
	got = pread(mem_fd, &value, sizeof(value), (uintptr_t)mem_va + at);
	bracket_close(&map);
	pthread_rwlock_unlock(&bus);
	check_mem(&map, at, got == sizeof(value), value);
}

/* Changes */

static void remap_once(void)
{
	unsigned char next = race_pick(ARRAY_SIZE(layouts));

	view_remap(&bar, &mapping, next, va, layouts[next].offset, SIZE);
	atomic_fetch_add(&seen.remap, 1);
	race_pause();
}

static void remap_mem_once(void)
{
	unsigned char next = race_pick(ARRAY_SIZE(mem_offsets));
	void *got = mem_va;

	timeline_begin(&mem_mapping, next);
	if (next == UNMAPPED)
		munmap(mem_va, MEM_SIZE);
	else
		got = mmap(mem_va, MEM_SIZE, RW, MAP_SHARED | MAP_FIXED, resource_fd,
			   mem_offsets[next]);
	timeline_end(&mem_mapping);
	if (got != mem_va)
		race_fail("mmap() of the resource file failed", errno);
	race_pause();
}

static void decode_once(void)
{
	pthread_rwlock_wrlock(&bus);
	view_decode(&bar, OFF);
	race_pause();
	view_decode(&bar, ON);
	pthread_rwlock_unlock(&bus);
	atomic_fetch_add(&seen.zap, 1);
	race_pause();
}

static void touch_once(void)
{
	touch(spots[race_pick(ARRAY_SIZE(spots))]);
	if (!race_pick(64))
		race_pause();
}

/* Lookups by the test device come last: some kernels have no such device. */
static const struct racer racers[] = {
	{ "dma", dma_once, 0 }, { "mem", mem_once, 0 }, { "remap", remap_once, 1 },
	{ "remap mem", remap_mem_once, 1 }, { "decode", decode_once, 1 },
	{ "touch", touch_once, ANY_CPU }, { "follow", follow_once, 0 },
};

static void stamp_bar(void)
{
	__u64 offset, at, i, j;
	char *all = bar_map(&bar, PFNMAP_PUD, RW, 0, 4 * PFNMAP_1G);

	for (i = 1; i < ARRAY_SIZE(layouts); i++)
		for (j = 0; j < ARRAY_SIZE(spots); j++) {
			offset = layouts[i].offset + spots[j];
			bar_write(all + offset, word(offset));
		}
	for (i = 1; i < ARRAY_SIZE(mem_offsets); i++)
		for (at = 0; at < MEM_SIZE; at += PAGE_SIZE)
			bar_write(all + mem_offsets[i] + at, word(mem_offsets[i] + at));
	munmap(all, 4 * PFNMAP_1G);
}

FIXTURE(race)
{
};

FIXTURE_SETUP(race)
{
	NEED(view_setup(&bar));
	resource_fd = bar_open_resource(&bar);
	mem_fd = open("/proc/self/mem", O_RDONLY);
	ASSERT_GE(resource_fd, 0);
	ASSERT_GE(mem_fd, 0);
	test_fd = pfnmap_follow_open();
	/* It reads files into one buffer: not first by several threads. */
	pfnmap_top();
	choose_states();
	stamp_bar();
	va = pfnmap_pick(PFNMAP_PUD, bar.phys, SIZE + PFNMAP_1G);
	mem_va = va + SIZE + PMD_SIZE;
}

FIXTURE_TEARDOWN(race)
{
	bar_close(&bar);
}

/* Whether each thing that can happen did, and not once only. */
static bool seen_enough(void)
{
	bool enough = seen.dma > 10 && seen.dma_sure > 10 && seen.dma_gone > 10 &&
		      seen.mem > 100 && seen.mem_gone > 10;
	int level;

	if (test_fd < 0)
		return enough;
	for (level = PFNMAP_PTE; level <= pfnmap_top(); level++)
		enough = enough && seen.hit[level] > 100;
	return enough && seen.miss > 100 && seen.sure > 100 && seen.gone > 10;
}

static void check_seen(struct __test_metadata *_metadata)
{
	EXPECT_TRUE(seen_enough());
	TH_LOG("follow: pte %ld, pmd %ld, pud %ld, miss %ld; sure %ld, gone %ld",
	       seen.hit[PFNMAP_PTE], seen.hit[PFNMAP_PMD], seen.hit[PFNMAP_PUD], seen.miss,
	       seen.sure, seen.gone);
	TH_LOG("dma %ld, sure %ld, gone %ld; mem %ld, gone %ld; remap %ld, zap %ld, touch %ld",
	       seen.dma, seen.dma_sure, seen.dma_gone, seen.mem, seen.mem_gone, seen.remap,
	       seen.zap, seen.touch);
}

TEST_F_TIMEOUT(race, no_stale_frame, 3600)
{
	const int count = ARRAY_SIZE(racers) - (test_fd < 0);
	bool ended = race_run(racers, count, race_seconds(60) * 1000000000ULL, seen_enough, NULL);

	ASSERT_RACE();
	ASSERT_TRUE(ended);
	check_seen(_metadata);
	if (test_fd < 0 && __test_passed(_metadata))
		SKIP(return, "no /dev/test_pfnmap: raced DMA maps and /proc/self/mem");
}

TEST_HARNESS_MAIN

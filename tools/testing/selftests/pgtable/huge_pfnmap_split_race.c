// SPDX-License-Identifier: GPL-2.0
/*
 * Two threads touch pages of one block while a third cuts others out of it: each access works, no
 * read finds anything but what was written, and no write is lost.
 *
 * Each round maps the block again, elsewhere; the old mapping goes when every thread has left it.
 * FOLLOW_RACE_SECONDS (60) says for how long, all tests together.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <sched.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/kinds.h"
#include "lib/lookup.h"
#include "lib/need.h"
#include "lib/race.h"
#include "lib/source.h"

#define PAGES	16	/* that are touched, at most */
#define THREADS	3	/* that use the block: two touch it, one does something else */
#define SHARES	6	/* of the time of a variant: three are those of the first test */
#define CUTS	3	/* of a block, at most: for more there is not always room */
#define COUNTER	64	/* where in a page the writer counts, in bytes */

enum { READER, WRITER, FOURTH };

static struct pfnmap_source source;
static int test_fd;
static __u64 block;			/* bytes */
static _Atomic(char *) block_va;	/* of this round */
static _Atomic long block_round;
static _Atomic long left[THREADS];	/* the round that each thread is in, at least */
static _Atomic long swept[THREADS];	/* how often it has touched every page */
static _Atomic long phase;		/* odd while a fault would be one too many */
static int page_count;
static __u64 page_at[PAGES];		/* in the block */

static struct {
	_Atomic long sweeps[2], in_place, faults, forks, lookups, none, dma;
} seen;

/* Pages at both ends of an entry of each size, and next to its middle. */
static void choose_pages(void)
{
	const __u64 part[] = { 0, 1, 255, 511 };
	const __u64 page[] = { 0, 1, PAGES_OF_PMD / 2 - 1, PAGES_OF_PMD - 1 };
	int i, j, blocks = block == PFNMAP_1G ? 4 : 1;

	page_count = 0;
	for (i = 0; i < blocks; i++)
		for (j = 0; j < 4; j++)
			page_at[page_count++] = part[i] * PMD_SIZE + page[j] * PAGE_SIZE;
}

static void fail_on(bool failed, const char *what)
{
	if (failed)
		race_fail(what, errno);
}

/* Touching */

static __u64 touch(char *va, bool write, __u64 value)
{
	int refusal = try_access(va, write, &value);

	if (refusal)
		race_fail("an access was refused", refusal);
	return value;
}

static __u64 counted[PAGES];	/* what the writer wrote last */

static void write_pages(char *va)
{
	char *at;
	int i;

	for (i = 0; i < page_count; i++) {
		at = va + page_at[i] + COUNTER;
		if (touch(at, false, 0) != counted[i])
			race_fail("a write was lost before page", i);
		touch(at, true, ++counted[i]);
		if (touch(at, false, 0) != counted[i])
			race_fail("a write was lost at page", i);
	}
}

static void read_pages(char *va)
{
	static __u64 found[PAGES];
	__u64 count;
	int i;

	for (i = 0; i < page_count; i++) {
		if (touch(va + page_at[i], false, 0) != word(i))
			race_fail("a read found something else at page", i);
		count = touch(va + page_at[i] + COUNTER, false, 0);
		if (count < found[i])
			race_fail("a counter went back at page", i);
		found[i] = count;
	}
}

/* The block of this round, and no older one. */
static char *enter_round(int thread)
{
	long round;
	char *va;

	do {
		round = atomic_load(&block_round);
		va = atomic_load(&block_va);
	} while (round != atomic_load(&block_round));
	atomic_store(&left[thread], round);
	return va;
}

static void sweep(int thread)
{
	long during = atomic_load(&phase), before = pfnmap_faults();
	char *va = enter_round(thread);

	if (thread == WRITER)
		write_pages(va);
	else
		read_pages(va);
	before = pfnmap_faults() - before;
	if (during % 2 && during == atomic_load(&phase)) {
		atomic_fetch_add(&seen.in_place, 1);
		atomic_fetch_add(&seen.faults, before);
	}
	atomic_fetch_add(&seen.sweeps[thread], 1);
	atomic_fetch_add(&swept[thread], 1);
	sched_yield();
}

static void sweep_once(void)
{
	sweep(race_number);
}

/* Waiting for the other threads */

static void wait_until(_Atomic long *what, long value)
{
	while (atomic_load(what) < value && !atomic_load(&race_over))
		sched_yield();
}

/* Waits until both have touched every page. */
static void wait_sweeps(void)
{
	long due[2] = { atomic_load(&swept[READER]) + 2, atomic_load(&swept[WRITER]) + 2 };

	wait_until(&swept[READER], due[READER]);
	wait_until(&swept[WRITER], due[WRITER]);
}

/* What the fourth thread does */

static void fork_once(void)
{
	char *va = enter_round(FOURTH);
	pid_t pid = fork();
	int status, i;
	__u64 value;

	for (i = 0; !pid && i < page_count; i++)
		if (try_access(va + page_at[i], false, &value) || value != word(i))
			_exit(1 + i);
	if (!pid)
		_exit(0);
	status = child_status(pid);
	if (status)
		race_fail("a child found something else", status);
	atomic_fetch_add(&seen.forks, 1);
}

/* A mapping for DMA looks up pages that are there from the first touch on. */
static void dma_once(char *va)
{
	const __u64 size = 2 * PAGE_SIZE;
	int ret = bar_dma_map(&source.bar, va, PFNMAP_IOVA, size, BAR_DMA_RW);

	if (ret || bar_dma_unmap(&source.bar, PFNMAP_IOVA, size) != (__s64)size)
		race_fail("cannot map for DMA", -ret);
	atomic_fetch_add(&seen.dma, 1);
}

static void look_once(void)
{
	__u64 at = page_at[race_pick(page_count)];
	long during = atomic_load(&phase);
	char *va = enter_round(FOURTH);
	struct test_pfnmap_follow f;

	if (pfnmap_follow(test_fd, va + at, 1, &f)) {
		atomic_fetch_add(&seen.none, 1);
		if (during % 2 && during == atomic_load(&phase))
			race_fail("a lookup found nothing at", at);
	} else if (f.pfn != (source.phys + at) / PAGE_SIZE || !f.writable || !f.special) {
		race_fail("a lookup found another frame", f.pfn);
	}
	atomic_fetch_add(&seen.lookups, 1);
	if (source.kind == &vfio_kind)
		dma_once(va);
}

/* Gives others the CPU: it may hold a lock that the thread that cuts waits for. */
static void give_way(void)
{
	race_spin(race_pick(100000));
	sched_yield();
}

static void fork_and_wait(void)
{
	fork_once();
	give_way();
}

static void look_and_wait(void)
{
	look_once();
	give_way();
}

/* There are more threads than CPUs: as real-time tasks those on one yield to each other. */
static struct racer racers[THREADS] = {
	[READER] = { "read", sweep_once, 0, .realtime = true },
	[WRITER] = { "write", sweep_once, 1, .realtime = true },
	[FOURTH] = { NULL, NULL, 1, .realtime = true },
};

/* Cutting */

static char *aside;	/* where to move what is cut out */

/* Never touched: pages between them, and in a large block the blocks between theirs. */
struct victim {
	__u64 at, size;
};

static struct victim pick_victim(void)
{
	const __u64 parts[] = { 0, 1, 255, 511, 2, 256 }, half = PAGES_OF_PMD / 2;
	const __u64 pages[] = { 2, half - 2, half, 2 * half - 2 };
	__u64 part = block == PFNMAP_1G ? parts[race_pick(6)] * PMD_SIZE : 0;

	if (block == PFNMAP_1G && !race_pick(3)) {
		part = (2 + race_pick(250)) * PMD_SIZE;
		/* Now and then over a border. */
		return (struct victim) { part + race_pick(2) * PAGE_SIZE, PMD_SIZE };
	}
	if (!race_pick(4))
		return (struct victim) { part + 2 * PAGE_SIZE, (half - 3) * PAGE_SIZE };
	return (struct victim) { part + pages[race_pick(4)] * PAGE_SIZE, PAGE_SIZE };
}

static void protect_cut(char *va, struct victim v, int prot)
{
	__u64 value = 0;

	fail_on(mprotect(va + v.at, v.size, prot), "mprotect() failed");
	if (try_access(va + v.at, true, &value) != refusal_of(SIGSEGV, SEGV_ACCERR))
		race_fail("a write worked where mprotect() forbids it", v.at);
	if (!prot && try_access(va + v.at, false, &value) != refusal_of(SIGSEGV, SEGV_ACCERR))
		race_fail("a read worked where mprotect() forbids it", v.at);
	fail_on(mprotect(va + v.at, v.size, RW), "mprotect() failed");
}

static void read_only_cut(char *va, struct victim v)
{
	protect_cut(va, v, PROT_READ);
}

static void no_access_cut(char *va, struct victim v)
{
	protect_cut(va, v, PROT_NONE);
}

static void unmap_cut(char *va, struct victim v)
{
	__u64 value;

	fail_on(munmap(va + v.at, v.size), "munmap() failed");
	if (try_access(va + v.at, false, &value) != refusal_of(SIGSEGV, SEGV_MAPERR))
		race_fail("a read worked where nothing is", v.at);
}

static void advise_cut(char *va, struct victim v)
{
	const int advices[] = { MADV_DONTFORK, MADV_RANDOM, MADV_NOHUGEPAGE };

	fail_on(madvise(va + v.at, v.size, advices[race_pick(3)]), "madvise() failed");
}

/* Also by an offset that is not one of blocks. */
static void move_cut(char *va, struct victim v)
{
	char *to = aside + v.at % PMD_SIZE + race_pick(2) * PAGE_SIZE;
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;

	fail_on(mremap(va + v.at, v.size, v.size, flags, to) != to, "mremap() failed");
	fail_on(munmap(to, v.size), "munmap() failed");
}

static void map_cut(char *va, struct victim v)
{
	fail_on(source_map_at(&source, va + v.at, PROT_READ, 0, v.size) != va + v.at,
		"mmap() failed");
}

static void zap_cut(char *va, struct victim v)
{
	fail_on(device_zap_range(&source, v.at, v.size), "zap failed");
}

/* Only the last one leaves the vma whole; vfio-pci does not have it. */
static void (*const cuts[])(char *va, struct victim v) = {
	read_only_cut, no_access_cut, unmap_cut, advise_cut, move_cut, map_cut, zap_cut,
};

/* What was cut out of the block by now. */
struct cuts {
	int count;
	struct victim of[CUTS];
};

static bool is_cut(const struct cuts *c, struct victim v)
{
	int i;

	for (i = 0; i < c->count; i++)
		if (v.at < c->of[i].at + c->of[i].size && c->of[i].at < v.at + v.size)
			return true;
	return false;
}

static void cut_once(char *va, struct cuts *c, bool zap)
{
	const int last = ARRAY_SIZE(cuts) - 1;
	struct victim v;

	do {
		v = pick_victim();
	} while (is_cut(c, v));
	c->of[c->count++] = v;
	cuts[zap ? last : (int)race_pick(last + can_zap_range(&source))](va, v);
}

static char *place[2];		/* for the blocks of even and odd rounds */
static bool in_place;		/* nothing but what is cut out may be dropped */

static struct {
	long whole, splits, cuts, dropped;
} done;

/* Rounds */

/* Bytes that the entry at @va maps, or 0. */
static __u64 entry_size(const char *va)
{
	struct test_pfnmap_follow f;

	return pfnmap_follow(test_fd, va, 1, &f) ? 0 : -f.addr_mask;
}

static void check_dropped(char *va)
{
	int i;

	for (i = 0; i < page_count; i++)
		done.dropped += !entry_size(va + page_at[i]);
}

/* Meanwhile a fault that the handler of the test device serves would map the next frame. */
static void begin_phase(void)
{
	const struct test_pfnmap_serve serve = { .skew = 1 };

	if (!in_place)
		return;
	if (source.kind == &device_kind)
		fail_on(device_serve(&source, serve), "cannot set skew");
	atomic_fetch_add(&phase, 1);
	wait_sweeps();
}

static void end_phase(enum pfnmap_level level)
{
	const struct test_pfnmap_serve serve = { .level = level };

	if (!in_place)
		return;
	wait_sweeps();
	atomic_fetch_add(&phase, 1);
	if (source.kind == &device_kind)
		fail_on(device_serve(&source, serve), "cannot end skew");
}

/* Maps the block at its other place, and unmaps the old one when every thread has left it. */
static char *map_block(long round)
{
	char *va = place[round % 2];
	int i;

	fail_on(source_map_at(&source, va, RW, 0, block) != va, "mmap() failed");
	atomic_store(&block_va, va);
	atomic_store(&block_round, round);
	for (i = 0; i < THREADS; i++)
		wait_until(&left[i], round);
	/* No other thread maps anything meanwhile. */
	fail_on(munmap(place[!(round % 2)], block), "munmap() failed");
	wait_sweeps();
	return va;
}

static void cut_a_block(char *va, enum pfnmap_level level, bool zap)
{
	int number = 1 + race_pick(CUTS);
	bool whole = entry_size(va) == block;
	struct cuts c = {};

	begin_phase();
	while (c.count < number)
		cut_once(va, &c, zap);
	if (in_place)
		check_dropped(va);
	done.cuts += number;
	done.whole += whole;
	done.splits += whole && entry_size(va) != block;
	if (race_pick(2))
		wait_sweeps();
	end_phase(level);
}

/* Where faults bring back what was zapped; in C again by the largest entry. */
static void zap_a_block(char *va, enum pfnmap_level level)
{
	cut_a_block(va, level, true);
	fail_on(device_zap_range(&source, 0, block), "zap failed");
	wait_sweeps();
}

FIXTURE(split_race)
{
	bool blocks;	/* mmap() makes them */
};

VARIANT_OF_KIND(split_race);
HUGE_VARIANTS(split_race, vfio);
HUGE_VARIANTS(split_race, device);
HUGE_VARIANTS(split_race, prefilled);

#define VARIANTS	(3 * HUGE_LEVELS)

FIXTURE_SETUP(split_race)
{
	int ret = source_open(&source, variant->kind, variant->level), i;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	NEED(lacks_two_cpus());
	test_fd = pfnmap_follow_open();
	ASSERT_LE(0, test_fd);
	block = pfnmap_block(variant->level);
	choose_pages();
	place[0] = pfnmap_pick(variant->level, source.phys, 8 * block);
	ASSERT_NE(MAP_FAILED, place[0]);
	place[1] = place[0] + 2 * block;
	aside = place[0] + 4 * block;
	ASSERT_EQ(place[0], source_map_at(&source, place[0], RW, 0, block));
	bar_read(place[0]);
	self->blocks = entry_size(place[0]) == block;
	ASSERT_TRUE(self->blocks || variant->kind == &prefilled_kind);
	/* By pages a small block will do, which is where C fills one. */
	if (variant->kind == &prefilled_kind && !self->blocks) {
		block = PMD_SIZE;
		choose_pages();
	}
	for (i = 0; i < page_count; i++) {
		bar_write(place[0] + page_at[i], word(i));
		bar_write(place[0] + page_at[i] + COUNTER, 0);
	}
	atomic_store(&block_va, place[0]);
	ASSERT_EQ(0, catch_refusals());
}

FIXTURE_TEARDOWN(split_race)
{
	close(source.file);
}

static void print_seen(struct __test_metadata *_metadata, long rounds)
{
	TH_LOG("%ld rounds, %ld of %ld whole blocks split, %ld cuts; read %ld, written %ld",
	       rounds, done.splits, done.whole, done.cuts, seen.sweeps[READER] * page_count,
	       seen.sweeps[WRITER] * page_count);
	TH_LOG("forks %ld, lookups %ld, in vain %ld, DMA %ld; in place %ld sweeps, %ld faults",
	       seen.forks, seen.lookups, seen.none, seen.dma, seen.in_place, seen.faults);
	ASSERT_RACE();
}

/* Returns how many rounds there were. */
static long race(struct __test_metadata *_metadata, enum pfnmap_level level, int shares,
		 void (*once)(void))
{
	__u64 ns = race_seconds(60) * 1000000000ULL * shares / SHARES / VARIANTS;
	__u64 end = race_now() + ns;
	bool ended;
	long round;
	char *va;

	racers[FOURTH].once = once;
	atomic_store(&left[FOURTH], once ? 0 : LONG_MAX);
	race_start(racers, once ? THREADS : FOURTH);
	race_enter(RACERS, 0, true);
	for (round = 1; !atomic_load(&race_over) && (race_now() < end || round < 10); round++) {
		va = map_block(round);
		if (source.kind == &device_kind && !(round % 4))
			zap_a_block(va, level);
		else
			cut_a_block(va, level, false);
	}
	ended = race_stop();
	print_seen(_metadata, round - 1);
	ASSERT_TRUE(ended);
	return round - 1;
}

static void check_race(struct __test_metadata *_metadata, bool blocks, long rounds)
{
	EXPECT_LT(8, rounds);
	EXPECT_EQ(blocks ? rounds : 0, done.whole);
	if (blocks)
		EXPECT_LT(rounds / 2, done.splits);
	EXPECT_LT(rounds, seen.sweeps[READER]);
	EXPECT_LT(rounds, seen.sweeps[WRITER]);
}

TEST_F_TIMEOUT(split_race, touch, 3600)
{
	check_race(_metadata, self->blocks, race(_metadata, variant->level, 3, NULL));
}

TEST_F_TIMEOUT(split_race, touch_and_fork, 3600)
{
	check_race(_metadata, self->blocks, race(_metadata, variant->level, 1, fork_and_wait));
	EXPECT_LT(8, seen.forks);
}

TEST_F_TIMEOUT(split_race, touch_and_look_up, 3600)
{
	check_race(_metadata, self->blocks, race(_metadata, variant->level, 1, look_and_wait));
	EXPECT_LT(8, seen.lookups);
}

/*
 * No page is dropped but what is cut out, and no fault is served. A thread can still meet an entry
 * that is being split: it waits in a fault that finds nothing to do.
 */
TEST_F_TIMEOUT(split_race, touch_in_place, 3600)
{
	in_place = true;
	check_race(_metadata, self->blocks, race(_metadata, variant->level, 1, look_and_wait));
	EXPECT_LT(8, seen.in_place);
	EXPECT_EQ(0, done.dropped);
	/* A cut splits three entries at most. */
	EXPECT_GE(2 * 3 * done.cuts, seen.faults);
}

TEST_HARNESS_MAIN

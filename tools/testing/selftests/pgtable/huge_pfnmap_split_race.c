// SPDX-License-Identifier: GPL-2.0
/*
 * Two threads touch pages of one block while a third cuts others out of it: each access works, no
 * read finds anything else than was written, and no write is lost.
 *
 * FOLLOW_RACE_SECONDS (60) says for how long, all tests together.
 */
#define _GNU_SOURCE
#include "pfnmap_harness.h"
#include "pfnmap_split_cut.h"

#define SHARES	6	/* of the time of a variant: three are those of the first test */

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
	struct test_pfnmap_serve serve = { .skew = 1 };

	if (!in_place)
		return;
	if (source.kind == &device_kind)
		fail_on(pfnmap_ioctl(source.file, TEST_PFNMAP_SERVE, &serve), "cannot set skew");
	atomic_fetch_add(&phase, 1);
	wait_sweeps();
}

static void end_phase(enum pfnmap_level level)
{
	struct test_pfnmap_serve serve = { .level = level };

	if (!in_place)
		return;
	wait_sweeps();
	atomic_fetch_add(&phase, 1);
	if (source.kind == &device_kind)
		fail_on(pfnmap_ioctl(source.file, TEST_PFNMAP_SERVE, &serve), "cannot end skew");
}

/* One block, or the same one at its other place; who is still in the old one may stay for now. */
static char *map_block(long round)
{
	char *va = place[round % 2];
	int i;

	fail_on(source_map_at(&source, va, RW, 0, block) != va, "mmap() failed");
	atomic_store(&block_va, va);
	atomic_store(&block_round, round);
	for (i = 0; i < THREADS; i++)
		wait_until(&left[i], round);
	/* Nobody else maps anything meanwhile. */
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

FIXTURE_VARIANT(split_race)
{
	const struct pfnmap_kind *kind;
	enum pfnmap_level level;
};

FIXTURE_VARIANT_ADD(split_race, vfio_pmd) { .kind = &vfio_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(split_race, device_pmd) { .kind = &device_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(split_race, prefilled_pmd) { .kind = &prefilled_kind, .level = PFNMAP_PMD };
#ifdef __aarch64__	/* which has no larger entries */
#define VARIANTS	3
#else
#define VARIANTS	6
FIXTURE_VARIANT_ADD(split_race, vfio_pud) { .kind = &vfio_kind, .level = PFNMAP_PUD };
FIXTURE_VARIANT_ADD(split_race, device_pud) { .kind = &device_kind, .level = PFNMAP_PUD };
FIXTURE_VARIANT_ADD(split_race, prefilled_pud) { .kind = &prefilled_kind, .level = PFNMAP_PUD };
#endif

FIXTURE_SETUP(split_race)
{
	int ret = variant->kind->open(&source, variant->level), i;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "a race needs two CPUs");
	test_fd = pfnmap_follow_open();
	ASSERT_LE(0, test_fd);
	source.kind = variant->kind;
	block = pfnmap_size(variant->level);
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
		block = PFNMAP_2M;
		choose_pages();
	}
	for (i = 0; i < page_count; i++) {
		bar_write(place[0] + page_at[i], word(i));
		bar_write(place[0] + page_at[i] + COUNTER, 0);
	}
	atomic_store(&block_va, place[0]);
	race_catch();
}

FIXTURE_TEARDOWN(split_race)
{
	close(source.file);
}

static void print_seen(struct __test_metadata *_metadata, long rounds)
{
	TH_LOG("%ld rounds, %ld whole blocks split of %ld, %ld cuts; touched by reads %ld, writes %ld",
	       rounds, done.splits, done.whole, done.cuts, seen.sweeps[READER] * page_count,
	       seen.sweeps[WRITER] * page_count);
	TH_LOG("forks %ld, lookups %ld, of them in vain %ld, DMA %ld; in place %ld sweeps, %ld faults",
	       seen.forks, seen.lookups, seen.none, seen.dma, seen.in_place, seen.faults);
	ASSERT_EQ(NULL, race_wrong)
		TH_LOG("%s: %llx", race_wrong, (unsigned long long)race_wrong_value);
}

/* Returns how many rounds there were. */
static long race(struct __test_metadata *_metadata, enum pfnmap_level level, int shares,
		 void (*once)(void))
{
	__u64 seconds = getenv("FOLLOW_RACE_SECONDS") ? race_seconds() : 60;
	__u64 end = race_now() + seconds * 1000000000 * shares / SHARES / VARIANTS;
	void *(*const fn[])(void *) = { reader, writer, fourth };
	pthread_t thread[THREADS];
	long round;
	char *va;
	int i;

	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, fn[i], once));
	take_turns(THREADS, 0);
	for (round = 1; !atomic_load(&race_over) && (race_now() < end || round < 10); round++) {
		va = map_block(round);
		if (source.kind == &device_kind && !(round % 4))
			zap_a_block(va, level);
		else
			cut_a_block(va, level, false);
	}
	atomic_store(&race_over, true);
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	print_seen(_metadata, round - 1);
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
	check_race(_metadata, self->blocks, race(_metadata, variant->level, 1, fork_once));
	EXPECT_LT(8, seen.forks);
}

TEST_F_TIMEOUT(split_race, touch_and_look_up, 3600)
{
	check_race(_metadata, self->blocks, race(_metadata, variant->level, 1, look_once));
	EXPECT_LT(8, seen.lookups);
}

/*
 * No page that is not cut out is ever dropped, so that no fault is served. A thread can still meet
 * an entry that is being split: it waits in a fault that finds nothing to do.
 */
TEST_F_TIMEOUT(split_race, touch_in_place, 3600)
{
	in_place = true;
	check_race(_metadata, self->blocks, race(_metadata, variant->level, 1, look_once));
	EXPECT_LT(8, seen.in_place);
	EXPECT_EQ(0, done.dropped);
	/* A cut splits three entries at most. */
	EXPECT_GE(2 * 3 * done.cuts, seen.faults);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Private mappings of frames: a page is the device's until it is written, and then a copy.
 *
 * Only a driver that counts references (VM_MIXEDMAP) can serve faults of one; vfio refuses it.
 */
#define _GNU_SOURCE
#include <sys/wait.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/kinds.h"
#include "lib/mapping.h"

#define COPY	0x5a5a5a5aULL	/* what a test writes, and no device holds */
#define PLACES	3		/* where it does */

FIXTURE(private)
{
};

VARIANT_OF_KIND(private);
ALL_VARIANTS(private, mixedmap);

static void *map_private(const struct pfnmap_source *source, void *va, __u64 size)
{
	return mmap(va, size, RW, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, source->file, source->offset);
}

FIXTURE_SETUP(private)
{
	const char *why_not = mapping_open(variant->kind, variant->level);

	if (why_not)
		SKIP(return, "%s", why_not);
	ASSERT_EQ(map.va, map_private(&map.source, map.va, map.size));
}

FIXTURE_TEARDOWN(private)
{
	mapping_close();
}

/* The first two pages and the last one. */
static char *place(int i)
{
	const __u64 at[PLACES] = { 0, PFNMAP_4K, map.size - PFNMAP_4K };

	return map.va + at[i];
}

/* Beside the places, each page holds what the device does. */
static void check_device(struct __test_metadata *_metadata)
{
	__u64 at;

	for_each_block(at) {
		EXPECT_EQ(word(at + 8), bar_read(map.va + at + 8));
		EXPECT_EQ(word(at + map.block / 2), bar_read(map.va + at + map.block / 2));
	}
}

static void write_places(void)
{
	int i;

	for (i = 0; i < PLACES; i++)
		bar_write(place(i), COPY + i);
}

static bool places_hold(__u64 value)
{
	bool hold = true;
	int i;

	for (i = 0; i < PLACES; i++)
		hold &= bar_read(place(i)) == value + i;
	return hold;
}

/* What the device holds where a test writes. */
static void check_truth(struct __test_metadata *_metadata)
{
	int i;

	for (i = 0; i < PLACES; i++)
		EXPECT_EQ(word(place(i) - map.va), bar_read(map.truth + (place(i) - map.va)));
}

/* Beside a copy: what the device writes elsewhere is seen, and there not. */
static void check_beside(struct __test_metadata *_metadata)
{
	const __u64 middle = map.size / 2;

	bar_write(map.truth, ~word(0));
	bar_write(map.truth + middle, ~word(middle));
	EXPECT_EQ(COPY, bar_read(map.va));
	EXPECT_EQ(~word(middle), bar_read(map.va + middle));
	bar_write(map.truth, word(0));
	bar_write(map.truth + middle, word(middle));
}

/* Words that mapping_open() has not written. */
static void fill(void)
{
	__u64 at;
	int i;

	for_each_block(at)
		bar_write(map.truth + at + 8, word(at + 8));
	for (i = 0; i < PLACES; i++)
		bar_write(map.truth + (place(i) - map.va), word(place(i) - map.va));
}

TEST_F(private, read_shows_the_device)
{
	long before;
	__u64 at;

	fill();
	before = pfnmap_faults();
	touch_blocks(map.va);
	EXPECT_EQ((long)(map.size / map.block), pfnmap_faults() - before);
	for_each_block(at)
		read_block(map.va + at, at);
	bar_write(map.truth, ~word(0));
	EXPECT_EQ(~word(0), bar_read(map.va));
	bar_write(map.truth, word(0));
}

TEST_F(private, write_makes_a_copy)
{
	fill();
	write_places();
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
	check_beside(_metadata);
}

TEST_F(private, write_after_read_makes_a_copy)
{
	fill();
	touch_blocks(map.va);
	write_places();
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
	check_beside(_metadata);
}

/* A page that is copied is what it was before, but for what is written. */
TEST_F(private, copy_is_of_the_whole_page)
{
	fill();
	bar_write(map.va, COPY);
	EXPECT_EQ(word(8), bar_read(map.va + 8));
	bar_write(map.truth + 8, ~word(8));
	EXPECT_EQ(word(8), bar_read(map.va + 8));
	bar_write(map.truth + 8, word(8));
}

static pid_t fork_that(void (*change)(void), __u64 then)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	change();
	_exit(!places_hold(then));
}

static void change_nothing(void)
{
}

static void write_other(void)
{
	int i;

	for (i = 0; i < PLACES; i++)
		bar_write(place(i), 2 * COPY + i);
}

static bool was_right(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

TEST_F(private, fork_shares_a_copy)
{
	fill();
	touch_blocks(map.va);
	write_places();
	EXPECT_TRUE(was_right(fork_that(change_nothing, COPY)));
	EXPECT_TRUE(was_right(fork_that(write_other, 2 * COPY)));
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
	check_beside(_metadata);
}

/* Neither the child's writes nor those of its parent reach the device, or the other. */
TEST_F(private, write_after_fork)
{
	fill();
	touch_blocks(map.va);
	EXPECT_TRUE(was_right(fork_that(write_places, COPY)));
	check_truth(_metadata);
	check_device(_metadata);
	EXPECT_EQ(word(0), bar_read(map.va));
	write_places();
	EXPECT_TRUE(was_right(fork_that(write_other, 2 * COPY)));
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
}

/* The driver's zap takes the copies, too. */
TEST_F(private, zap_takes_copies)
{
	fill();
	touch_blocks(map.va);
	write_places();
	ASSERT_EQ(0, source_zap(&map.source));
	check_device(_metadata);
	EXPECT_EQ(word(0), bar_read(map.va));
	write_places();
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
}

TEST_F(private, madvise_takes_a_copy)
{
	fill();
	touch_blocks(map.va);
	write_places();
	ASSERT_EQ(0, madvise(map.va, PFNMAP_4K, MADV_DONTNEED));
	EXPECT_EQ(word(0), bar_read(map.va));
	EXPECT_EQ(COPY + 1, bar_read(place(1)));
	check_device(_metadata);
}

TEST_F(private, protected_and_written)
{
	fill();
	touch_blocks(map.va);
	ASSERT_EQ(0, mprotect(map.va, map.size, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(map.va, COPY));
	EXPECT_EQ(word(0), bar_read(map.va));
	ASSERT_EQ(0, mprotect(map.va, map.size, RW));
	write_places();
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
	check_beside(_metadata);
}

TEST(vfio_refuses_it)
{
	struct pfnmap_source source;
	int ret = source_open(&source, &vfio_kind, PFNMAP_PMD);

	if (ret == -ENODEV)
		SKIP(return, "%s", vfio_kind.none);
	ASSERT_EQ(0, ret);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PFNMAP_4K, RW, MAP_PRIVATE, source.file, source.offset));
	EXPECT_EQ(EINVAL, errno);
}

TEST_HARNESS_MAIN

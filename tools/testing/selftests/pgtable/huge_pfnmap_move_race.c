// SPDX-License-Identifier: GPL-2.0
/*
 * One thread moves the mapping of a BAR by mremap(), whole and in parts, to places without page
 * tables, while others unmap the BAR, fork, protect parts, and read and write.
 *
 * unmap_mapping_range() takes no lock that mremap() holds: an entry that mremap() has looked at may
 * be gone, or be a table, when its lock is taken. Each page of the BAR holds its own number; an
 * access finds the number of the page that belongs at the address, or is refused.
 * FOLLOW_RACE_SECONDS (10) says for how long, all variants together.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/harness.h"
#include "lib/need.h"
#include "lib/race.h"
#include "lib/source.h"
#include "lib/warn.h"

#define SIZE		(2 * PFNMAP_1G)		/* mapped */
#define PAGES		(SIZE / PAGE_SIZE)
#define VARIANTS	2
#define MET		20	/* at least so many moves, of leaves and of all, and zaps during them */

static struct pfnmap_source source;
static _Atomic(char *) mapped;		/* where the mapping is */
static atomic_long moving;		/* odd while mremap() runs */
static int look_fd;			/* of lookups */

static struct {
	atomic_long whole, gigabytes, parts, shifted, anew;	/* moves */
	atomic_long leaves, zapped;	/* moves that began at a huge entry; where none was found after */
	atomic_long zaps, met, forks, protects, found, none;
} seen;

/*
 * What an address is for: all of the BAR, by the largest entries or by smaller ones; a part of it.
 * Each use has areas of its own: a thread that comes late by a round or more finds the same number.
 */
enum use { WHOLE, SHIFTED, PART, USES };

/* Returns an address for byte 0 of the BAR in an area where nothing is: of 512 GiB, or of 4 with 39 bits. */
static char *new_place(enum use use)
{
	static __u64 last[USES];
	__u64 area = last[use]++ % 32, shift = 0;
	/* The stack is at the upper end. */
	unsigned int log = (__u64)&area >> 39 ? 39 : 32;

	if (use == SHIFTED)
		shift = pfnmap_size(pfnmap_top() - 1) << area % 4;

	return (char *)(((16 + 32 * use + area) << log) + PFNMAP_1G + shift +
			source.phys % PFNMAP_1G);
}

/* Accesses */

static bool may_refuse(int refusal)
{
	return refusal == refusal_of(SIGSEGV, SEGV_MAPERR) ||
	       refusal == refusal_of(SIGSEGV, SEGV_ACCERR) ||
	       refusal == refusal_of(SIGBUS, BUS_ADRERR);
}

/* Returns whether a page was found; writes leave what is there. */
static bool touch_page(char *va, __u64 page)
{
	__u64 value = word(page);
	int refusal = try_access(va + page * PAGE_SIZE, race_pick(2), &value);

	if (refusal && !may_refuse(refusal))
		race_fail("an access ended in another signal or code", refusal);
	if (!refusal && value != word(page))
		race_fail("a page holds another number than its own", value);
	return !refusal;
}

static void touch_once(void)
{
	if (touch_page(atomic_load(&mapped), race_pick(PAGES)))
		atomic_fetch_add(&seen.found, 1);
	else
		atomic_fetch_add(&seen.none, 1);
}

/* Pages at both ends and in the middle of a part. */
static void touch_part(char *va, __u64 offset, __u64 size)
{
	touch_page(va - offset, offset / PAGE_SIZE);
	touch_page(va - offset, (offset + size / 2) / PAGE_SIZE);
	touch_page(va - offset, (offset + size) / PAGE_SIZE - 1);
}

/* Moves */

/* Whether the largest entry maps @va now. */
static bool is_leaf(const char *va)
{
	struct test_pfnmap_follow f;

	return !pfnmap_follow(look_fd, va, 1, &f) &&
	       f.addr_mask == ~(pfnmap_size(pfnmap_top()) - 1);
}

static void move(char *from, __u64 size, char *to)
{
	const bool leaf = size >= pfnmap_size(pfnmap_top()) && is_leaf(from);
	struct test_pfnmap_follow f;
	char *va;

	atomic_fetch_add(&moving, 1);
	va = mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	atomic_fetch_add(&moving, 1);
	/* mprotect() of another thread may have cut the vma: all parts of it move. */
	if (va != to)
		race_fail("mremap() failed", errno);
	if (!leaf)
		return;
	atomic_fetch_add(&seen.leaves, 1);
	if (pfnmap_follow(look_fd, to, 1, &f))
		atomic_fetch_add(&seen.zapped, 1);
}

/* Maps the BAR again: splits leave no huge entries. */
static void map_anew(void)
{
	char *old = atomic_load(&mapped), *va = new_place(WHOLE);

	if (source_map_at(&source, va, RW, 0, SIZE) != va)
		race_fail("mmap() failed", errno);
	atomic_store(&mapped, va);
	munmap(old, SIZE);
	touch_part(va, 0, SIZE / 2);
	touch_part(va + SIZE / 2, SIZE / 2, SIZE / 2);
	atomic_fetch_add(&seen.anew, 1);
}

static void move_whole(enum use use, atomic_long *count)
{
	char *va = atomic_load(&mapped), *to = new_place(use);

	move(va, SIZE, to);
	atomic_store(&mapped, to);
	touch_part(to, 0, SIZE / 2);
	touch_part(to + SIZE / 2, SIZE / 2, SIZE / 2);
	atomic_fetch_add(count, 1);
}

/* There and back. */
static void move_part(__u64 offset, __u64 size, __u64 shift, atomic_long *count)
{
	char *to = new_place(PART) + offset % PFNMAP_1G + shift;
	char *va = atomic_load(&mapped) + offset;

	move(va, size, to);
	touch_part(to, offset, size);
	move(to, size, va);
	touch_part(va, offset, size);
	atomic_fetch_add(count, 1);
}

static void move_once(void)
{
	__u64 gigabyte = race_pick(2) * PFNMAP_1G, part = race_pick(SIZE / PMD_SIZE) * PMD_SIZE;

	/* Tables that splits and faults by pages have made would stay, and hardly a leaf be moved. */
	if (!is_leaf(atomic_load(&mapped)) && race_pick(4))
		map_anew();
	switch (race_pick(16)) {
	case 0 ... 4:
		return move_whole(WHOLE, &seen.whole);
	case 5 ... 9:
		return move_part(gigabyte, PFNMAP_1G, 0, &seen.gigabytes);
	case 10 ... 11:
		return move_part(part, PMD_SIZE, 0, &seen.parts);
	case 12:
		return move_part(part, PAGE_SIZE << race_pick(9), PAGE_SIZE, &seen.parts);
	case 13:
		return move_whole(SHIFTED, &seen.shifted);
	default:
		return map_anew();
	}
}

/* What races with them */

static void zap_some(void)
{
	__u64 size = pfnmap_align(LEAST_PAGE << race_pick(19), PAGE_SIZE), offset = race_pick(SIZE / size) * size;

	if (source.kind == &vfio_kind || !race_pick(4)) {
		if (source_zap(&source))
			race_fail("cannot unmap the BAR", errno);
	} else if (device_zap_range(&source, offset, size)) {
		race_fail("cannot unmap a part of the BAR", errno);
	}
}

static void zap_once(void)
{
	long before = atomic_load(&moving);

	zap_some();
	if (before % 2 || before != atomic_load(&moving))
		atomic_fetch_add(&seen.met, 1);
	atomic_fetch_add(&seen.zaps, 1);
	race_spin(race_pick(2000000));
}

static void fork_once(void)
{
	char *va = atomic_load(&mapped);
	int i, status;
	pid_t pid = fork();

	if (!pid) {
		for (i = 0; i < 8; i++)
			touch_page(va, race_pick(PAGES));
		_exit(race_wrong != NULL);
	}
	status = child_status(pid);
	if (status)
		race_fail("a child found another page", status);
	atomic_fetch_add(&seen.forks, 1);
	usleep(race_pick(2000));
}

static void protect_once(void)
{
	__u64 size = pfnmap_size(race_pick(2)), offset = race_pick(SIZE / size) * size;
	char *va = atomic_load(&mapped) + offset;

	/* It may be elsewhere by now. */
	mprotect(va, size, race_pick(2) ? PROT_READ : PROT_NONE);
	mprotect(va, size, RW);
	atomic_fetch_add(&seen.protects, 1);
	usleep(race_pick(20000));
}

/*
 * Without huge pages a fault fills a table of PTEs. One that began before meets a PUD that another
 * fault has mapped meanwhile, and that a zap of a part then makes a table.
 */
static void thp_once(void)
{
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	touch_once();
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	usleep(race_pick(1000));
}

static const struct racer racers[] = {
	{ "move", move_once, 0 }, { "zap", zap_once, 1 }, { "touch", touch_once, 0 },
	{ "touch", touch_once, 1 }, { "fork", fork_once, 1 }, { "protect", protect_once, 0 },
	{ "thp", thp_once, 1 },
};

FIXTURE(move_race)
{
};

FIXTURE_VARIANT(move_race)
{
	const struct pfnmap_kind *kind;
};

FIXTURE_VARIANT_ADD(move_race, vfio) { .kind = &vfio_kind };
FIXTURE_VARIANT_ADD(move_race, device) { .kind = &device_kind };

FIXTURE_SETUP(move_race)
{
	int ret = source_open(&source, variant->kind, PFNMAP_PUD);
	__u64 page;
	char *va;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	ASSERT_LE(SIZE, source.size);
	NEED(lacks_two_cpus());
	look_fd = pfnmap_follow_open();
	NEED(lacks_test_device(look_fd));
	race_enter(0, 0, false);
	va = new_place(WHOLE);
	ASSERT_EQ(va, source_map_at(&source, va, RW, 0, SIZE));
	for (page = 0; page < PAGES; page++)
		bar_write(va + page * PAGE_SIZE, word(page));
	atomic_store(&mapped, va);
	kernel_said(": bad p");
	ASSERT_EQ(0, catch_refusals());
}

FIXTURE_TEARDOWN(move_race)
{
	close(source.file);
}

static bool met_enough(void)
{
	return seen.met >= MET && seen.whole >= MET && seen.gigabytes >= MET && seen.parts &&
	       seen.leaves >= MET && seen.zapped && seen.shifted && seen.forks && seen.protects &&
	       seen.found > 100;
}

TEST_F_TIMEOUT(move_race, mremap_against_zap, 3600)
{
	const __u64 ns = race_seconds(10) * 1000000000ULL / VARIANTS;
	bool ended = race_run(racers, ARRAY_SIZE(racers), ns, met_enough, NULL);

	TH_LOG("moves: whole %ld, 1 GiB %ld, parts %ld, shifted %ld, mapped anew %ld",
	       seen.whole, seen.gigabytes, seen.parts, seen.shifted, seen.anew);
	TH_LOG("moves of huge entries %ld, zapped meanwhile %ld", seen.leaves, seen.zapped);
	TH_LOG("unmapped %ld, in a move %ld; forks %ld, protected %ld, pages found %ld, none %ld",
	       seen.zaps, seen.met, seen.forks, seen.protects, seen.found, seen.none);
	ASSERT_RACE();
	ASSERT_TRUE(ended);
	EXPECT_TRUE(met_enough());
	EXPECT_EQ(0, kernel_said(": bad p"));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Random operations on mappings of a BAR, against a model that says what each page must do.
 *
 * HUGE_PFNMAP_OPS (10000) says how many, all variants together. HUGE_PFNMAP_SEED, which each test
 * prints, repeats a run: run that test alone (-t and -v), or all as before.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/arena.h"
#include "lib/arena_ops.h"
#include "lib/kinds.h"
#include "lib/lookup.h"
#include "lib/proc.h"
#include "lib/race.h"

#define LOG	20	/* operations that a failure prints */

static struct op done[LOG];
static bool in_place;	/* what an operation does not name costs no fault afterwards */
static __u64 seed;

static void pick_op(struct op *op)
{
	unsigned int chance, i;

	do {
		memset(op, 0, sizeof(*op));
		chance = race_pick(100);
		for (i = 0; chance >= verbs[i].weight; i++)
			chance -= verbs[i].weight;
		op->verb = &verbs[i];
	} while (!op->verb->pick(op));
}

/* Touches pages in and around the part that the operation changes. */
static void keep_some(const struct op *op)
{
	int i = 0;

	keep_nothing();
	keep_page(op->start);
	keep_page(op->start - PAGE_SIZE);
	keep_page(op->end - PAGE_SIZE);
	keep_page(op->end);
	while (i++ < KEPT - 4)
		keep_page(pick_place(arena.size));
}

/* At its borders, at some others, and at some places. */
static void check_some(const struct op *op, long number)
{
	const struct model *m = &arena.model;
	int i;

	check_border(op->start, race_pick(2));
	check_border(op->end, race_pick(2));
	check_border(op->to, race_pick(2));
	if (op->size)
		check_border(op->to + op->size, race_pick(2));
	for (i = 0; i < 8; i++)
		check_border(m->span[(number * 8 + i) % m->count].start, race_pick(2));
	for (i = 0; i < 4; i++)
		check_page(pick_place(arena.size), race_pick(2));
}

static void do_one(long number)
{
	struct op *op = &done[number % LOG];

	pick_op(op);
	keep_some(op);
	op->verb->run(op);
	if (op->verb->looks || in_place)
		check_kept(op->start, op->size, op->to, op->verb->looks);
	check_some(op, number);
	if (number % 100 == 99)
		check_arena();
}

static void print_done(struct __test_metadata *_metadata, long number)
{
	const struct op *op;
	long i;

	TH_LOG("HUGE_PFNMAP_SEED=%#llx, operation %ld: %s", seed, number, trouble);
	for (i = number < LOG ? 0 : number - LOG + 1; i <= number; i++) {
		op = &done[i % LOG];
		TH_LOG("%ld %s %#llx-%#llx arg %d to %#llx size %#llx offset %#llx", i,
		       op->verb->name, op->start, op->end, op->arg, op->to, op->size, op->offset);
	}
}

static long number_from(const char *name, long otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

FIXTURE(model)
{
};

VARIANT_OF_KIND(model);
HUGE_VARIANTS(model, vfio);
HUGE_VARIANTS(model, device);
HUGE_VARIANTS(model, mixedmap);
HUGE_VARIANTS(model, prefilled);

#define VARIANTS	(4 * HUGE_LEVELS)

/* Writes to every page that will be mapped; returns the level of the first entry. */
static enum pfnmap_level fill_bar(struct __test_metadata *_metadata, enum pfnmap_level level)
{
	struct test_pfnmap_follow f = { .addr_mask = -pfnmap_size(pfnmap_arrives(level)) };
	char *va = source_map(&arena.source, level, RW, 0, arena.bar);
	__u64 at;

	ASSERT_NE(MAP_FAILED, va);
	for (at = 0; at < arena.bar; at += PAGE_SIZE)
		bar_write(va + at + place_of(at), content_of(at));
	if (arena.lookups)
		ASSERT_EQ(0, pfnmap_follow(arena.follow, va, 1, &f));
	munmap(va, arena.bar);
	while (level > PFNMAP_PTE && pfnmap_size(level) > -f.addr_mask)
		level--;
	return level;
}

static __u64 some_pmds(void)
{
	return 8 * PMD_SIZE < 2 * PFNMAP_1G ? 8 * PMD_SIZE : 2 * PFNMAP_1G;
}

FIXTURE_SETUP(model)
{
	int ret = source_open(&arena.source, variant->kind, variant->level);
	enum pfnmap_level level = variant->level;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	arena.follow = pfnmap_follow_open();
	ASSERT_LE(0, arena.follow);
	ASSERT_EQ(0, arena_init());
	ASSERT_EQ(0, catch_refusals());
	arena.lookups = variant->kind != &mixedmap_kind;
	arena.holes = variant->kind == &prefilled_kind;
	arena.bar = level == PFNMAP_PUD ? 2 * PFNMAP_1G : some_pmds();
	ASSERT_LE(arena.bar, arena.source.size);
	level = fill_bar(_metadata, level);
	ASSERT_TRUE(level == pfnmap_arrives(variant->level) || arena.holes);
	/* By pages a small BAR will do, which is where C fills one. */
	if (level == PFNMAP_PTE)
		arena.bar = some_pmds();
	arena.block = level == PFNMAP_PUD ? PFNMAP_1G : PMD_SIZE;
	arena.size = arena.bar + arena.bar / 2;
	arena.va = pfnmap_pick(level, arena.source.phys, arena.size);
	ASSERT_NE(MAP_FAILED, arena.va);
	model_clear(&arena.model, arena.size);
}

FIXTURE_TEARDOWN(model)
{
	close(arena.source.file);
}

/* Maps the whole BAR again, and checks its contents. */
static void check_bar(struct __test_metadata *_metadata)
{
	const struct op all = { .arg = RW, .end = arena.bar };
	__u64 at;

	run_map(&all);
	for (at = 0; at < arena.bar; at += PAGE_SIZE)
		if (bar_read(arena.va + at + place_of(at)) != content_of(at))
			wrong("in the end %#llx has lost what was written", at);
	munmap(arena.va, arena.size);
	EXPECT_STREQ("", trouble);
}

static void do_many(struct __test_metadata *_metadata, long number)
{
	const struct op all = { .end = arena.size };
	long i, before;

	/* HUGE_PFNMAP_OPS may be too few for all. */
	ASSERT_LT(0, number);
	seed = number_from("HUGE_PFNMAP_SEED", race_now());
	TH_LOG("%ld operations on blocks of %#llx, HUGE_PFNMAP_SEED=%#llx", number, arena.block,
	       seed);
	race_seed = seed * 0x9e3779b97f4a7c15ULL | 1;
	run_renew(&all);
	check_arena();
	run_unmap(&all);
	before = own_tables_kb();
	for (i = 0; i < number && !*trouble; i++)
		do_one(i);
	if (*trouble)
		print_done(_metadata, i - 1);
	ASSERT_STREQ("", trouble);
	run_unmap(&all);
	EXPECT_EQ(before, own_tables_kb());
	check_bar(_metadata);
}

TEST_F_TIMEOUT(model, operations, 3600)
{
	do_many(_metadata, number_from("HUGE_PFNMAP_OPS", 10000) / VARIANTS);
}

/* The same, and no operation drops entries that it does not name. */
TEST_F_TIMEOUT(model, operations_in_place, 3600)
{
	in_place = true;
	do_many(_metadata, number_from("HUGE_PFNMAP_OPS", 10000) / VARIANTS / 5);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * A mapping of which a part is treated differently from the rest.
 */
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "check.h"
#include "cut.h"
#include "lookup.h"
#include "proc.h"

struct split split;

const struct grain grains[GRAINS] = {
	{ "first page of a block", { 1 }, { 1, .pages = 1 } },
	{ "middle page of a block", { 1, 2, 1 }, { 1, 2, 1, 1 }, .chosen = true },
	{ "last page of a block", { 1, .pages = -1 }, { 1 } },
	{ "start of the mapping", { 0 }, { .half_pmds = 2, .pages = 1 } },
	{ "aligned PMD", { 0, 2 }, { 0, 2, 2 } },
	{ "unaligned two and a half PMDs", { 0, 2, 0, 3 }, { 0, 2, 5, 8 }, .chosen = true },
	{ "across PMDs", { 1, 2, 0, -1 }, { 1, 2, 0, 1 } },
	{ "across 1 GiB by pages", { 1, .pages = -2 }, { 1, .pages = 1 }, .chosen = true },
	{ "across 1 GiB by PMDs", { 1, .half_pmds = -2 }, { 1, .half_pmds = 2 } },
	{ "half a GiB", { 0, 2 }, { 1 } },
	/* Its end is that of the block, at each level. */
	{ "all of a block", { 1 }, { 1 }, .chosen = true },
};

static struct pfnmap_source vfio_shared;
static int vfio_error = -ENODEV;

void split_begin(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-l") || !strcmp(argv[i], "-h"))
			return;
	vfio_error = source_open(&vfio_shared, &vfio_kind, PFNMAP_PUD);
}

static int open_source(const struct pfnmap_kind *kind, enum pfnmap_level level)
{
	if (kind != &vfio_kind)
		return source_open(&split.source, kind, level);
	split.source = vfio_shared;
	split.source.top = pfnmap_arrives(level);
	return vfio_error;
}

const char *split_open(const struct pfnmap_kind *kind, enum pfnmap_level level)
{
	int ret = open_source(kind, level);

	if (ret == -ENODEV)
		return kind->none;
	CHECK_EQ(0, ret, "cannot open the BAR");
	CHECK_EQ(0, split.source.phys % PFNMAP_1G, "the BAR is not aligned");
	CHECK(split.source.size >= SPAN, "a BAR of %#llx bytes", split.source.size);
	split.follow = pfnmap_follow_open();
	CHECK(split.follow >= 0, "cannot open the test device: %d", split.follow);
	CHECK_EQ(0, catch_refusals(), "errno %d", errno);
	split.level = pfnmap_arrives(level);
	split.skew = level == PFNMAP_PUD ? 0 : pfnmap_size(level);
	split.filled = kind == &prefilled_kind;
	split.looks = kind != &mixedmap_kind;
	/* The harness forks: pages of its own that a test writes first would count as faults. */
	CHECK_EQ(0, mlockall(MCL_CURRENT), "errno %d", errno);
	split.kb = own_tables_kb();
	return NULL;
}

void split_close(void)
{
	close(split.source.file);
}

__u64 word_in(const struct cut *cut, __u64 at)
{
	return word(cut->salt + at);
}

__u64 bar_offset(const struct cut *cut, __u64 at)
{
	return at - split.skew;
}

static void add_spot(struct cut *cut, __u64 at)
{
	int i;

	for (i = 0; i < cut->spots; i++)
		if (cut->spot[i] == at)
			return;
	if (within(cut->all, at) && cut->spots < SPOTS)
		cut->spot[cut->spots++] = at;
}

/* Both sides of an edge, and of the borders of the PMD around it. */
static void add_edge(struct cut *cut, __u64 edge)
{
	__u64 block = round_down_to(edge, PMD_SIZE);

	add_spot(cut, edge);
	add_spot(cut, edge - PAGE_SIZE);
	add_spot(cut, block);
	add_spot(cut, block - PAGE_SIZE);
	add_spot(cut, block + PMD_SIZE);
	add_spot(cut, block + PMD_SIZE - PAGE_SIZE);
}

static void choose_spots(struct cut *cut)
{
	__u64 at, step = round_down_to((cut->all.end - cut->all.start) / 8, PAGE_SIZE);

	add_edge(cut, cut->part.start);
	add_edge(cut, cut->part.end);
	add_spot(cut, cut->all.end - PAGE_SIZE);
	for (at = cut->all.start; at < cut->all.end; at += step + PAGE_SIZE)
		add_spot(cut, at);
}

/* Blocks of 1 GiB need all of the span, of smaller ones those around the part will do. */
static void choose_ranges(struct cut *cut)
{
	__u64 start, end;

	cut->part = range_of(cut->grain);
	if (cut->part.start == cut->part.end)
		cut->part.end += pfnmap_size(split.level);
	start = round_down_to(cut->part.start, PMD_SIZE);
	end = pfnmap_align(cut->part.end, PMD_SIZE) + 3 * PMD_SIZE;
	start = start < 3 * PMD_SIZE || !split.skew ? 0 : start - 3 * PMD_SIZE;
	cut->all.start = start < split.skew ? split.skew : start;
	cut->all.end = end > SPAN || !split.skew ? SPAN : end;
	if (cut->part.start < cut->all.start)
		cut->part.start = cut->all.start;
	if (cut->op->tail)
		cut->part.end = cut->all.end;
}

static void write_word(struct cut *cut, __u64 at)
{
	__u64 size = pfnmap_size(split.level), block;

	if (try_write(cut->arena + at, word_in(cut, at)))
		return;
	size = size < PMD_SIZE ? PMD_SIZE : size;
	for (block = 0; block < size; block += PMD_SIZE)
		cut->used[(round_down_to(at, size) + block) / PMD_SIZE] = true;
}

__u64 beside(const struct cut *cut, __u64 at)
{
	return cut->part.end < cut->all.end ? at + PAGE_SIZE : at - PAGE_SIZE;
}

void *cut_map(struct cut *cut, struct cut_range range, __u64 from)
{
	return source_map_at(&split.source, cut->arena + range.start, RW, bar_offset(cut, from),
			     range.end - range.start);
}

/* With larger pages a table of PMDs is for more than an arena: it stays while this page is there. */
static void keep_pmds(const struct cut *cut)
{
	char *va = cut->arena + ARENA_SIZE - PFNMAP_1G;

	if (PMD_SIZE * PAGES_OF_PMD <= ARENA_SIZE)
		return;
	CHECK(mmap(va, PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == va,
	      "errno %d", errno);
	bar_write(va, 0);
}

void cut_open(struct cut *cut, int arena)
{
	static __u64 salt;
	char *va;
	__u64 at;
	int i;

	cut->arena = ARENAS + arena * ARENA_SIZE;
	salt += arena ? 0 : SPAN;
	cut->salt = salt;
	cut->spots = 0;
	memset(cut->used, split.filled, sizeof(cut->used));
	choose_ranges(cut);
	choose_spots(cut);
	va = cut_map(cut, cut->all, cut->all.start);
	CHECK(va == cut->arena + cut->all.start, "mmap(): errno %d", errno);
	keep_pmds(cut);
	for_each_spot(i, at, cut) {
		write_word(cut, at);
		if (within(cut->all, beside(cut, at)))
			write_word(cut, beside(cut, at));
	}
}

void cut_close(struct cut *cut)
{
	CHECK_EQ(0, munmap(cut->arena, ARENA_SIZE), "errno %d", errno);
}

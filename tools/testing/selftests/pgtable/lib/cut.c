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
	{ "first page of a block", { GIB, GIB + KIB(4) } },
	{ "middle page of a block", { GIB + MIB(513), GIB + MIB(513) + KIB(4) }, .chosen = true },
	{ "last page of a block", { GIB - KIB(4), GIB } },
	{ "start of the mapping", { 0, MIB(2) + KIB(4) } },
	{ "aligned 2 MiB", { MIB(512), MIB(514) } },
	{ "unaligned 5 MiB", { MIB(256) + KIB(12), MIB(261) + KIB(32) }, .chosen = true },
	{ "across 2 MiB", { MIB(300) - KIB(4), MIB(300) + KIB(4) } },
	{ "across 1 GiB by pages", { GIB - KIB(8), GIB + KIB(4) }, .chosen = true },
	{ "across 1 GiB by 2 MiB", { GIB - MIB(2), GIB + MIB(2) } },
	{ "half a GiB", { MIB(512), GIB } },
	/* Its end is that of the block, at each level. */
	{ "all of a block", { GIB, GIB }, .chosen = true },
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

/* Both sides of an edge, and of the borders of the 2 MiB around it. */
static void add_edge(struct cut *cut, __u64 edge)
{
	__u64 block = round_down_to(edge, PFNMAP_2M);

	add_spot(cut, edge);
	add_spot(cut, edge - PFNMAP_4K);
	add_spot(cut, block);
	add_spot(cut, block - PFNMAP_4K);
	add_spot(cut, block + PFNMAP_2M);
	add_spot(cut, block + PFNMAP_2M - PFNMAP_4K);
}

static void choose_spots(struct cut *cut)
{
	__u64 at, step = round_down_to((cut->all.end - cut->all.start) / 8, PFNMAP_4K);

	add_edge(cut, cut->part.start);
	add_edge(cut, cut->part.end);
	add_spot(cut, cut->all.end - PFNMAP_4K);
	for (at = cut->all.start; at < cut->all.end; at += step + PFNMAP_4K)
		add_spot(cut, at);
}

/* Blocks of 1 GiB need all of the span, of smaller ones those around the part will do. */
static void choose_ranges(struct cut *cut)
{
	__u64 start, end;

	cut->part = cut->grain->part;
	if (cut->part.start == cut->part.end)
		cut->part.end += pfnmap_size(split.level);
	start = round_down_to(cut->part.start, PFNMAP_2M);
	end = pfnmap_align(cut->part.end, PFNMAP_2M) + MIB(6);
	start = start < MIB(6) || !split.skew ? 0 : start - MIB(6);
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
	size = size < PFNMAP_2M ? PFNMAP_2M : size;
	for (block = 0; block < size; block += PFNMAP_2M)
		cut->used[(round_down_to(at, size) + block) / PFNMAP_2M] = true;
}

__u64 beside(const struct cut *cut, __u64 at)
{
	return cut->part.end < cut->all.end ? at + PFNMAP_4K : at - PFNMAP_4K;
}

void *cut_map(struct cut *cut, struct cut_range range, __u64 from)
{
	return source_map_at(&split.source, cut->arena + range.start, RW, bar_offset(cut, from),
			     range.end - range.start);
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

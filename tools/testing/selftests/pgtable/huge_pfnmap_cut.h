/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mapping of which a part is treated otherwise: how far it extends, the pages of it that are
 * looked at, and what they hold.
 */
#ifndef _HUGE_PFNMAP_CUT_H
#define _HUGE_PFNMAP_CUT_H

#include "huge_pfnmap_split.h"

enum access {
	WRITABLE,
	READABLE,
	FORBIDDEN,	/* mapped, and not to be read */
	GONE,		/* not mapped */
	MOVED,		/* that, and writable elsewhere */
	DROPPED,	/* to be faulted in again, or not at all */
	OTHER,		/* other pages of the BAR */
	MEMORY,		/* ordinary, and empty */
};

struct cut;

/* What is done to the part, and what each page must do then. */
struct operation {
	const char *name;
	int (*run)(struct cut *cut);
	int argument;		/* of run() */
	enum access inside;	/* the part, thereafter */
	enum access outside;	/* the rest, before and thereafter */
	__u64 shift;		/* how far the part has moved */
	bool by_pages;		/* it gives each page of the part an entry of its own */
	bool tail;		/* the part extends to the end */
};

#define SPOTS		48
#define BLOCKS		(SPAN / PFNMAP_2M)

struct cut {
	split_t *self;
	const struct operation *op;
	const struct grain *grain;
	char *arena;
	struct range all;		/* that is mapped */
	struct range part;
	__u64 salt;
	__u64 spot[SPOTS];		/* pages that are looked at */
	int spots;
	bool used[BLOCKS];		/* whether something in these 2 MiB is mapped */
};

/* Names the case after a failed assertion. */
#define IN_CASE(cut, at) \
	TH_LOG("%s: %s, at %#llx", (cut)->op->name, (cut)->grain->name, (unsigned long long)(at))

#define for_each_spot(i, at, cut) \
	for (i = 0; i < (cut)->spots && (at = (cut)->spot[i], true); i++)

/* What the page at @at holds. */
static inline __u64 word(const struct cut *cut, __u64 at)
{
	return 0x9e3779b97f4a7c15ULL * (cut->salt + at + 1);
}

static inline __u64 bar_offset(const struct cut *cut, __u64 at)
{
	return at - cut->self->skew;
}

static inline void add_spot(struct cut *cut, __u64 at)
{
	int i;

	for (i = 0; i < cut->spots; i++)
		if (cut->spot[i] == at)
			return;
	if (within(cut->all, at) && cut->spots < SPOTS)
		cut->spot[cut->spots++] = at;
}

/* Both sides of an edge, and of the borders of the 2 MiB around it. */
static inline void add_edge(struct cut *cut, __u64 edge)
{
	__u64 block = round_down_to(edge, PFNMAP_2M);

	add_spot(cut, edge);
	add_spot(cut, edge - PFNMAP_4K);
	add_spot(cut, block);
	add_spot(cut, block - PFNMAP_4K);
	add_spot(cut, block + PFNMAP_2M);
	add_spot(cut, block + PFNMAP_2M - PFNMAP_4K);
}

static inline void choose_spots(struct cut *cut)
{
	__u64 at, step = round_down_to((cut->all.end - cut->all.start) / 8, PFNMAP_4K);

	add_edge(cut, cut->part.start);
	add_edge(cut, cut->part.end);
	add_spot(cut, cut->all.end - PFNMAP_4K);
	for (at = cut->all.start; at < cut->all.end; at += step + PFNMAP_4K)
		add_spot(cut, at);
}

/* Blocks of 1 GiB need all of the span, of smaller ones those around the part will do. */
static inline void choose_ranges(struct cut *cut)
{
	split_t *self = cut->self;
	__u64 start, end;

	cut->part = cut->grain->part;
	if (cut->part.start == cut->part.end)
		cut->part.end += pfnmap_size(self->level);
	start = round_down_to(cut->part.start, PFNMAP_2M);
	end = pfnmap_align(cut->part.end, PFNMAP_2M) + MIB(6);
	start = start < MIB(6) || !self->skew ? 0 : start - MIB(6);
	cut->all.start = start < self->skew ? self->skew : start;
	cut->all.end = end > SPAN || !self->skew ? SPAN : end;
	if (cut->part.start < cut->all.start)
		cut->part.start = cut->all.start;
	if (cut->op->tail)
		cut->part.end = cut->all.end;
}

static inline void write_word(struct cut *cut, __u64 at)
{
	__u64 size = pfnmap_size(cut->self->level), block;

	if (try_write(cut->arena + at, word(cut, at)))
		return;
	size = size < PFNMAP_2M ? PFNMAP_2M : size;
	for (block = 0; block < size; block += PFNMAP_2M)
		cut->used[(round_down_to(at, size) + block) / PFNMAP_2M] = true;
}

/* The page beside @at, for what is mapped by other pages of the BAR. */
static inline __u64 beside(const struct cut *cut, __u64 at)
{
	return cut->part.end < cut->all.end ? at + PFNMAP_4K : at - PFNMAP_4K;
}

static inline void *cut_map(struct cut *cut, struct range range, __u64 from)
{
	return source_map_at(&cut->self->source, cut->arena + range.start, RW,
			     bar_offset(cut, from), range.end - range.start);
}

/* Maps and fills arena number @arena. The others see the same bytes of the BAR as number 0. */
static inline void cut_open(struct __test_metadata *_metadata, struct cut *cut, int arena)
{
	static __u64 salt;
	__u64 at;
	int i;

	cut->arena = ARENAS + arena * ARENA_SIZE;
	salt += arena ? 0 : SPAN;
	cut->salt = salt;
	cut->spots = 0;
	memset(cut->used, cut->self->filled, sizeof(cut->used));
	choose_ranges(cut);
	choose_spots(cut);
	ASSERT_EQ(cut->arena + cut->all.start, cut_map(cut, cut->all, cut->all.start));
	for_each_spot(i, at, cut) {
		write_word(cut, at);
		if (within(cut->all, beside(cut, at)))
			write_word(cut, beside(cut, at));
	}
}

static inline void cut_close(struct __test_metadata *_metadata, struct cut *cut)
{
	ASSERT_EQ(0, munmap(cut->arena, ARENA_SIZE));
}

#endif /* _HUGE_PFNMAP_CUT_H */

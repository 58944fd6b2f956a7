/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mapping of which a part is treated differently from the rest: how far it extends, the pages of
 * it that are looked at, and what they hold.
 *
 * A check that fails ends the test.
 */
#ifndef _LIB_CUT_H
#define _LIB_CUT_H

#include "check.h"
#include "source.h"

/*
 * Each mapping lies in an arena of its own: in the first two GiB, and what is moved after them. The
 * program is in the same 512 GiB: no arena has tables above those of PMDs.
 */
#define ARENAS		((char *)(64 * PFNMAP_1G))
#define ARENA_SIZE	(8 * PFNMAP_1G)
#define SPAN		(2 * PFNMAP_1G)
#define MOVED_TO	.gib = 4

/* The BAR, which each case maps by entries of one level. */
extern struct split {
	struct pfnmap_source source;
	enum pfnmap_level level;
	__u64 skew;			/* of addresses against the BAR: no larger block fits */
	bool filled;			/* by mmap() */
	bool looks;			/* the test device can look at the entries */
	int follow;			/* the test device */
	long kb;			/* of page tables before anything was mapped */
} split;

/*
 * Opens the BAR of vfio-pci once for all tests, as a reset of the device takes longer than a test;
 * unless the arguments of main() say that none is to run.
 */
void split_begin(int argc, char **argv);

/* Opens a source and the test device. Returns NULL or why the test is to be skipped. */
const char *split_open(const struct pfnmap_kind *kind, enum pfnmap_level level);
void split_close(void);

/* Bytes of an arena, from start up to end. */
struct cut_range {
	__u64 start;
	__u64 end;
};

static inline bool within(struct cut_range range, __u64 at)
{
	return range.start <= at && at < range.end;
}

static inline __u64 round_down_to(__u64 at, __u64 size)
{
	return at & ~(size - 1);
}

/*
 * A place in an arena, or how far something moves, in sizes that are not known when the program is
 * compiled: so many GiB and quarters of one, halves of a PMD, and pages.
 */
struct place {
	int gib;
	int quarters;
	int half_pmds;
	int pages;
};

static inline __u64 half_pmds(int n)
{
	return n * (PMD_SIZE / 2);
}

static inline __u64 bytes_of(struct place place)
{
	return place.gib * PFNMAP_1G + place.quarters * (PFNMAP_1G / 4) +
	       half_pmds(place.half_pmds) + place.pages * PAGE_SIZE;
}

struct grain {
	const char *name;
	struct place start;
	struct place end;
	bool chosen;	/* also where time is short: for fork(), and where nothing is split */
};

#define GRAINS		11
#define ALL_OF_A_BLOCK	(&grains[GRAINS - 1])

extern const struct grain grains[GRAINS];

static inline struct cut_range range_of(const struct grain *grain)
{
	return (struct cut_range) { bytes_of(grain->start), bytes_of(grain->end) };
}

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
	enum access inside;	/* the part, afterwards */
	enum access outside;	/* the rest, before and afterwards */
	struct place shift;	/* how far the part has moved */
	bool by_pages;		/* it gives each page of the part an entry of its own */
	bool tail;		/* the part extends to the end */
};

#define SPOTS		48
#define SPAN_BLOCKS	(SPAN / LEAST_PMD)

struct cut {
	const struct operation *op;
	const struct grain *grain;
	char *arena;
	struct cut_range all;		/* that is mapped */
	struct cut_range part;
	__u64 salt;
	__u64 spot[SPOTS];		/* pages that are looked at */
	int spots;
	bool used[SPAN_BLOCKS];		/* whether something in this PMD is mapped */
};

static inline __u64 shift_of(const struct cut *cut)
{
	return bytes_of(cut->op->shift);
}

/* CHECK_EQ() that names the case. */
#define CHECK_CASE(cut, at, expected, seen)						\
	CHECK_EQ(expected, seen, "%s: %s, at %#llx", (cut)->op->name, (cut)->grain->name,	\
		 (unsigned long long)(at))

#define for_each_spot(i, at, cut) \
	for (i = 0; i < (cut)->spots && (at = (cut)->spot[i], true); i++)

/* Where in the BAR the page at @at is, and what it holds. */
__u64 bar_offset(const struct cut *cut, __u64 at);
__u64 word_in(const struct cut *cut, __u64 at);

/* The page beside @at, for what is mapped by other pages of the BAR. */
__u64 beside(const struct cut *cut, __u64 at);

/* Maps a range, by what is at @from of the arena at first. */
void *cut_map(struct cut *cut, struct cut_range range, __u64 from);

/* Maps and fills arena number @arena. The others see the same bytes of the BAR as number 0. */
void cut_open(struct cut *cut, int arena);
void cut_close(struct cut *cut);

#endif /* _LIB_CUT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each page of an arena of addresses must do: spans of pages that are alike, in order.
 *
 * Places are bytes from the start of the arena. Every change names a range of whole pages.
 */
#ifndef _LIB_MODEL_H
#define _LIB_MODEL_H

#include <stdbool.h>
#include <linux/types.h>

#define MODEL_SPANS	4096	/* at most; each operation makes at most four */

/* Of a vma. */
#define MODEL_DONTFORK	1
#define MODEL_RANDOM	2
#define MODEL_SEQUENTIAL	4
#define MODEL_NOHUGE	8
#define MODEL_HUGE	16

struct state {
	bool mapped;
	bool hole;		/* was zapped, and no fault brings it back */
	int prot;
	unsigned int flags;	/* MODEL_* */
	unsigned int vma;	/* vmas of frames do not merge again */
	unsigned int birth;	/* of its entries, or when they were taken */
	__u64 offset;		/* in the BAR, of the first byte */
};

struct span {
	__u64 start;		/* it ends where the next one starts */
	struct state state;
};

struct model {
	__u64 size;
	int count;
	struct span span[MODEL_SPANS];
};

/* Nothing is mapped in @size bytes. */
void model_clear(struct model *m, __u64 size);

/* Where span @i ends. */
__u64 span_end(const struct model *m, int i);

/* The span in which @at lies. */
int model_find(const struct model *m, __u64 at);

/* The state of the page at @at. */
struct state model_at(const struct model *m, __u64 at);

/* Makes @at a border; returns the span that starts there. */
int model_cut(struct model *m, __u64 at);

/* Joins spans that one state describes. */
void model_join(struct model *m);

/* The range is @s, the state of its first page. */
void model_set(struct model *m, __u64 start, __u64 end, struct state s);
void model_unset(struct model *m, __u64 start, __u64 end);

/* Changes each span in a range; the borders of the range are borders of spans meanwhile. */
#define model_for_range(m, i, from, to)					\
	for (i = model_cut(m, from), model_cut(m, to);			\
	     i < (m)->count && (m)->span[i].start < (to); i++)

/* Where the mapped part that @at is in ends. */
__u64 model_mapped_until(const struct model *m, __u64 at);

/* One entry may map all of a range: its pages are alike, and their frames follow each other. */
bool model_is_one(const struct model *m, __u64 start, __u64 end);

/* How an access ends: 0 or a refusal_of(). */
int model_refusal(struct state s, bool write);

#endif /* _LIB_MODEL_H */

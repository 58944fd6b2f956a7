/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each page of an arena of addresses must do: spans of pages that are alike, in order.
 *
 * Places are bytes from the start of the arena. Every change names a range of whole pages.
 */
#ifndef _PFNMAP_MODEL_H
#define _PFNMAP_MODEL_H

#include <signal.h>
#include <stdlib.h>

#include "pfnmap_race.h"

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

static inline void model_clear(struct model *m, __u64 size)
{
	m->size = size;
	m->count = 1;
	m->span[0] = (struct span) {};
}

static inline __u64 span_end(const struct model *m, int i)
{
	return i + 1 < m->count ? m->span[i + 1].start : m->size;
}

/* The span in which @at lies. */
static inline int model_find(const struct model *m, __u64 at)
{
	int low = 0, high = m->count;

	while (high - low > 1) {
		int middle = (low + high) / 2;

		if (m->span[middle].start <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static inline struct state state_after(struct state s, __u64 bytes)
{
	s.offset += s.mapped ? bytes : 0;
	return s;
}

static inline struct state model_at(const struct model *m, __u64 at)
{
	const struct span *span = &m->span[model_find(m, at)];

	return state_after(span->state, at - span->start);
}

/* Makes @at a border; returns the span that starts there. */
static inline int model_cut(struct model *m, __u64 at)
{
	int i = model_find(m, at);

	if (at == m->size)
		return m->count;
	if (m->span[i].start == at)
		return i;
	if (m->count == MODEL_SPANS)
		abort();
	memmove(&m->span[i + 2], &m->span[i + 1], (m->count - i - 1) * sizeof(m->span[0]));
	m->span[i + 1].start = at;
	m->span[i + 1].state = state_after(m->span[i].state, at - m->span[i].start);
	m->count++;
	return i + 1;
}

static inline bool states_alike(struct state a, struct state b)
{
	if (!a.mapped || !b.mapped)
		return a.mapped == b.mapped;
	return a.vma == b.vma && a.hole == b.hole && a.offset == b.offset;
}

/* Takes away the borders that are none. */
static inline void model_join(struct model *m)
{
	const struct span *last;
	int i, count = 1;

	for (i = 1; i < m->count; i++) {
		struct span next = m->span[i];

		last = &m->span[count - 1];
		if (last->state.birth != next.state.birth ||
		    !states_alike(state_after(last->state, next.start - last->start), next.state))
			m->span[count++] = next;
	}
	m->count = count;
}

/* The range is @s, the state of its first page. */
static inline void model_set(struct model *m, __u64 start, __u64 end, struct state s)
{
	int i = model_cut(m, start), j = model_cut(m, end);

	m->span[i].state = s;
	memmove(&m->span[i + 1], &m->span[j], (m->count - j) * sizeof(m->span[0]));
	m->count -= j - i - 1;
	model_join(m);
}

static inline void model_unset(struct model *m, __u64 start, __u64 end)
{
	model_set(m, start, end, (struct state) {});
}

/* Changes each span in a range; the borders of the range are borders of spans meanwhile. */
#define model_for_range(m, i, from, to)					\
	for (i = model_cut(m, from), model_cut(m, to);			\
	     i < (m)->count && (m)->span[i].start < (to); i++)

/* Where the mapped part that @at is in ends. */
static inline __u64 model_mapped_until(const struct model *m, __u64 at)
{
	int i = model_find(m, at);

	while (i < m->count && m->span[i].state.mapped)
		i++;
	return i < m->count ? m->span[i].start : m->size;
}

/* One entry may map all of a range: its pages are alike, and their frames follow each other. */
static inline bool model_is_one(const struct model *m, __u64 start, __u64 end)
{
	const struct state first = model_at(m, start);
	int i;

	for (i = model_find(m, start) + 1; i < m->count && m->span[i].start < end; i++)
		if (!states_alike(state_after(first, m->span[i].start - start),
				  m->span[i].state))
			return false;
	return end <= m->size;
}

/* How an access ends: 0 or a race_refusal(). */
static inline int model_refusal(struct state s, bool write)
{
	if (!s.mapped)
		return race_refusal(SIGSEGV, SEGV_MAPERR);
	if (!(s.prot & (write ? PROT_WRITE : PROT_READ)))
		return race_refusal(SIGSEGV, SEGV_ACCERR);
	return s.hole ? race_refusal(SIGBUS, BUS_ADRERR) : 0;
}

#endif /* _PFNMAP_MODEL_H */

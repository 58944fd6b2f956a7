/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was in force while a call ran: one writer changes a state, readers bracket calls.
 *
 * The count is even while a state is in force and odd while the next one is being brought
 * about, so a bracket tells every state that a call may have seen, and whether it was one.
 */
#ifndef _PFNMAP_TIMELINE_H
#define _PFNMAP_TIMELINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

#define TIMELINE_STATES		65536	/* far more than change in one call */

struct timeline {
	_Atomic __u64 count;
	_Atomic unsigned char state[TIMELINE_STATES];
};

struct bracket {
	struct timeline *line;
	__u64 from, to;	/* values of the count */
};

static inline void timeline_begin(struct timeline *line, unsigned char next)
{
	__u64 count = atomic_load(&line->count);

	atomic_store(&line->state[(count / 2 + 1) % TIMELINE_STATES], next);
	atomic_store(&line->count, count + 1);
}

static inline void timeline_end(struct timeline *line)
{
	atomic_fetch_add(&line->count, 1);
}

static inline struct bracket bracket_open(struct timeline *line)
{
	return (struct bracket) { .line = line, .from = atomic_load(&line->count) };
}

static inline void bracket_close(struct bracket *b)
{
	b->to = atomic_load(&b->line->count);
}

/* One state was in force from before the call to after it. */
static inline bool bracket_stable(const struct bracket *b)
{
	return b->from == b->to && b->from % 2 == 0;
}

/* The states that the call may have seen, as indices for bracket_state(). */
#define bracket_for_each(i, b)	for (i = (b)->from / 2; i <= ((b)->to + 1) / 2; i++)

static inline unsigned char bracket_state(const struct bracket *b, __u64 i)
{
	return atomic_load(&b->line->state[i % TIMELINE_STATES]);
}

static inline bool bracket_has(const struct bracket *b, unsigned char state)
{
	__u64 i;

	bracket_for_each(i, b)
		if (bracket_state(b, i) == state)
			return true;
	return false;
}

/* Nothing but @state was in force. */
static inline bool bracket_only(const struct bracket *b, unsigned char state)
{
	__u64 i;

	bracket_for_each(i, b)
		if (bracket_state(b, i) != state)
			return false;
	return true;
}

#endif /* _PFNMAP_TIMELINE_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * What was in force while a call ran: one writer changes a state, readers bracket calls.
 */
#include "timeline.h"

void timeline_begin(struct timeline *line, unsigned char next)
{
	__u64 count = atomic_load(&line->count);

	atomic_store(&line->state[(count / 2 + 1) % TIMELINE_STATES], next);
	atomic_store(&line->count, count + 1);
}

void timeline_end(struct timeline *line)
{
	atomic_fetch_add(&line->count, 1);
}

struct bracket bracket_open(struct timeline *line)
{
	return (struct bracket) { .line = line, .from = atomic_load(&line->count) };
}

void bracket_close(struct bracket *b)
{
	b->to = atomic_load(&b->line->count);
}

bool bracket_stable(const struct bracket *b)
{
	return b->from == b->to && b->from % 2 == 0;
}

unsigned char bracket_state(const struct bracket *b, __u64 i)
{
	return atomic_load(&b->line->state[i % TIMELINE_STATES]);
}

bool bracket_has(const struct bracket *b, unsigned char state)
{
	__u64 i;

	bracket_for_each(i, b)
		if (bracket_state(b, i) == state)
			return true;
	return false;
}

bool bracket_only(const struct bracket *b, unsigned char state)
{
	__u64 i;

	bracket_for_each(i, b)
		if (bracket_state(b, i) != state)
			return false;
	return true;
}

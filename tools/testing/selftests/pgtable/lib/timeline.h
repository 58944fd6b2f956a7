/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was in force while a call ran: one writer changes a state, readers bracket calls.
 *
 * The count is even while a state is in force and odd while the next one is being brought about: a
 * bracket has every state that a call may have seen, and says whether it was one.
 */
#ifndef _LIB_TIMELINE_H
#define _LIB_TIMELINE_H

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

/* The writer brings @next about between these two. */
void timeline_begin(struct timeline *line, unsigned char next);
void timeline_end(struct timeline *line);

/* A reader makes its call between these two. */
struct bracket bracket_open(struct timeline *line);
void bracket_close(struct bracket *b);

/* One state was in force from before the call to after it. */
bool bracket_stable(const struct bracket *b);

/* The states that the call may have seen, as indices for bracket_state(). */
#define bracket_for_each(i, b)	for (i = (b)->from / 2; i <= ((b)->to + 1) / 2; i++)

unsigned char bracket_state(const struct bracket *b, __u64 i);

/* The call may have seen @state. */
bool bracket_has(const struct bracket *b, unsigned char state);

/* The call has seen @state and no other. */
bool bracket_only(const struct bracket *b, unsigned char state);

#endif /* _LIB_TIMELINE_H */

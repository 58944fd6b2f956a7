/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a mapping of a BAR and its memory decode were during a call, in races that remove and turn
 * off both.
 */
#ifndef _LIB_VIEW_H
#define _LIB_VIEW_H

#include "timeline.h"
#include "vfio.h"

#define UNMAPPED	0	/* state of a mapping; the others are what is mapped */

enum { OFF, ON };		/* states of decode */

extern struct timeline decode;

struct view {
	struct bracket map, decode;
};

/* Opens a BAR that is on, and catches refusals. Returns NULL or why the test is to be skipped. */
const char *view_setup(struct pfnmap_bar *bar);

/* A reader makes its call between these two. */
struct view view_open(struct timeline *mapping);
void view_close(struct view *v);

/* There was something to find from before the call to after it. */
bool view_sure(const struct view *v);

/* There was nothing to find at any time of the call. */
bool view_gone(const struct view *v);

/* The writers: a failure ends the race. */
void view_decode(struct pfnmap_bar *bar, unsigned char next);

/* Maps what is at @offset of the BAR, or nothing if @next is UNMAPPED. */
void view_remap(struct pfnmap_bar *bar, struct timeline *mapping, unsigned char next, char *va,
		__u64 offset, __u64 size);

#endif /* _LIB_VIEW_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * What a mapping of a BAR and its memory decode were during a call.
 */
#include "access.h"
#include "check.h"
#include "need.h"
#include "race.h"
#include "view.h"

struct timeline decode;

const char *view_setup(struct pfnmap_bar *bar)
{
	const char *why_not = lacks_two_cpus() ?: bar_open_large(bar);

	decode.state[0] = ON;
	CHECK_EQ(0, catch_refusals(), "errno %d", errno);
	return why_not;
}

struct view view_open(struct timeline *mapping)
{
	return (struct view) { bracket_open(mapping), bracket_open(&decode) };
}

void view_close(struct view *v)
{
	bracket_close(&v->map);
	bracket_close(&v->decode);
}

bool view_sure(const struct view *v)
{
	return bracket_stable(&v->map) && bracket_stable(&v->decode) &&
	       bracket_only(&v->decode, ON) && !bracket_has(&v->map, UNMAPPED);
}

bool view_gone(const struct view *v)
{
	return bracket_only(&v->map, UNMAPPED) || bracket_only(&v->decode, OFF);
}

void view_decode(struct pfnmap_bar *bar, unsigned char next)
{
	timeline_begin(&decode, next);
	if (next == ON ? bar_decode_on(bar) : bar_decode_off(bar))
		race_fail("cannot turn memory decode to", next);
	timeline_end(&decode);
}

void view_remap(struct pfnmap_bar *bar, struct timeline *mapping, unsigned char next, char *va,
		__u64 offset, __u64 size)
{
	void *got = va;

	timeline_begin(mapping, next);
	if (next == UNMAPPED)
		munmap(va, size);
	else
		got = bar_map_at(bar, va, RW, offset, size);
	timeline_end(mapping);
	if (got != va)
		race_fail("mmap() of the BAR failed", errno);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An arena of addresses where a BAR is mapped at random: the model of it, what the BAR holds, and
 * checks that the kernel does what the model says.
 */
#ifndef _PFNMAP_ARENA_H
#define _PFNMAP_ARENA_H

#include <stdarg.h>

#include "kselftest.h"
#include "pfnmap_model.h"
#include "pfnmap_prefilled.h"

#define RW		(PROT_READ | PROT_WRITE)
#define BAR_PAGES	(2 * PFNMAP_1G / PFNMAP_4K)	/* that are mapped, at most */
#define TROUBLE		512

static struct arena {
	struct pfnmap_source source;
	int follow;		/* the test device */
	bool lookups;		/* it can look these vmas up */
	bool holes;		/* no fault brings back what was zapped */
	char *va;
	__u64 size;
	__u64 bar;		/* bytes of the BAR that are mapped, from its start on */
	__u64 block;		/* bytes of the largest entry */
	unsigned int births;
	struct model model;
} arena;

/* How often each page of the BAR was written, and so what is in it. */
static unsigned char version[BAR_PAGES];

/* What was wrong first, in this process or a child. */
static char *trouble;

static inline __printf(1, 2) void wrong(const char *format, ...)
{
	va_list args;

	if (*trouble)
		return;
	va_start(args, format);
	vsnprintf(trouble, TROUBLE, format, args);
	va_end(args);
}

/* Each page is told by one word in it, not always the same. */
static inline __u64 word_of(__u64 offset)
{
	return offset / PFNMAP_4K % 512 * 8;
}

static inline __u64 content_of(__u64 offset)
{
	const __u64 page = offset / PFNMAP_4K;

	return 0x9e3779b97f4a7c15ULL * (page * 256 + version[page] + 1);
}

/* The frame and the protection of an entry; it maps nothing else than what lies around it. */
static inline void check_entry_at(__u64 at, struct state s)
{
	const char *va = arena.va + at;
	struct test_pfnmap_follow f;
	int ret = pfnmap_follow(arena.follow, va, 1, &f);
	__u64 start = ((uintptr_t)va & f.addr_mask) - (uintptr_t)arena.va;

	if (ret)
		return wrong("%#llx was read, and no entry is there: %d", at, ret);
	if (f.pfn != (arena.source.phys + s.offset) / PFNMAP_4K)
		wrong("%#llx has frame %#llx, not that of %#llx", at, f.pfn, s.offset);
	if (f.writable != !!(s.prot & PROT_WRITE) || !f.special)
		wrong("%#llx: writable %d, special %d", at, f.writable, f.special);
	if (start > at || !model_is_one(&arena.model, start, start - f.addr_mask))
		wrong("%#llx: entry of %#llx from %#llx on, over a border", at, -f.addr_mask, start);
}

static inline void check_read(__u64 at, struct state s)
{
	int due = model_refusal(s, false), refusal;
	struct test_pfnmap_follow f;
	__u64 value = 0;

	refusal = race_access(arena.va + at + word_of(s.offset), false, &value);
	if (refusal != due)
		return wrong("%#llx: read ended in %#x, not %#x", at, refusal, due);
	if (!due && value != content_of(s.offset))
		wrong("%#llx: %#llx is not what is in the BAR at %#llx", at, value, s.offset);
	if (!due && arena.lookups)
		check_entry_at(at, s);
	if ((!s.mapped || s.hole) && pfnmap_follow(arena.follow, arena.va + at, 1, &f) != -EINVAL)
		wrong("%#llx: an entry where nothing is", at);
}

static inline void check_write(__u64 at, struct state s)
{
	int due = model_refusal(s, true), refusal;
	__u64 value;

	version[s.offset / PFNMAP_4K] += !due;
	value = content_of(s.offset);
	refusal = race_access(arena.va + at + word_of(s.offset), true, &value);
	if (refusal != due)
		wrong("%#llx: write ended in %#x, not %#x", at, refusal, due);
	else if (!due)
		check_read(at, s);
}

static inline void check_page(__u64 at, bool write)
{
	const struct state s = model_at(&arena.model, at);

	check_read(at, s);
	if (write)
		check_write(at, s);
}

/* The pages before and behind a border, which may be one of the arena. */
static inline void check_border(__u64 at, bool write)
{
	if (at)
		check_page(at - PFNMAP_4K, write);
	if (at < arena.size)
		check_page(at, write);
}

/* Every border, and a page in each 2 MiB. */
static inline void check_arena(void)
{
	__u64 at;
	int i;

	for (i = 0; i < arena.model.count; i++)
		check_border(arena.model.span[i].start, false);
	for (at = 0; at < arena.size; at += PFNMAP_2M)
		check_page(at + race_pick(512) * PFNMAP_4K, false);
}

/* Pages that were read and must not cost a fault when they are read again */

#define KEPT	12

static struct {
	int count;
	struct {
		__u64 at;
		__u64 mask;	/* of its entry */
		struct state state;
	} page[KEPT];
} kept;

static inline __u64 mask_at(__u64 at)
{
	struct test_pfnmap_follow f = {};

	if (arena.lookups)
		pfnmap_follow(arena.follow, arena.va + at, 1, &f);
	return f.addr_mask;
}

static inline void keep_page(__u64 at)
{
	struct state s;

	if (at >= arena.size)
		return;
	s = model_at(&arena.model, at);
	if (model_refusal(s, false))
		return;
	check_page(at, false);
	kept.page[kept.count].at = at;
	kept.page[kept.count].mask = mask_at(at);
	kept.page[kept.count++].state = s;
}

static inline long faults_of_read(void *va, int *refusal)
{
	long before = pfnmap_faults();
	__u64 value;

	*refusal = race_access(va, false, &value);
	return pfnmap_faults() - before;
}

/* What was in [@from, @from + @size) is at @to now; with @whole, by entries of the same size. */
static inline void check_kept(__u64 from, __u64 size, __u64 to, bool whole)
{
	struct state s;
	int i, refusal;
	long faults;
	__u64 at;

	/* After fork() the stack is copied when it is written next. */
	faults_of_read(&kept, &refusal);
	for (i = 0; i < kept.count; i++) {
		at = kept.page[i].at;
		at = at - from < size ? at - from + to : at;
		s = model_at(&arena.model, at);
		/* It may lie elsewhere, and here something else. */
		if (s.birth != kept.page[i].state.birth || s.offset != kept.page[i].state.offset ||
		    model_refusal(s, false))
			continue;
		if (whole && mask_at(at) != kept.page[i].mask)
			wrong("%#llx: an entry of another size", at);
		faults = faults_of_read(arena.va + at + word_of(s.offset), &refusal);
		if (refusal || faults)
			wrong("%#llx was dropped: refusal %#x, %ld faults", at, refusal, faults);
	}
}

#endif /* _PFNMAP_ARENA_H */

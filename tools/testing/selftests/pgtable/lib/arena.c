// SPDX-License-Identifier: GPL-2.0
/*
 * An arena of addresses where a BAR is mapped at random, and checks that the kernel does what the
 * model of it says.
 */
#include <stdarg.h>
#include <stdio.h>

#include "access.h"
#include "arena.h"
#include "lookup.h"
#include "race.h"

#define BAR_PAGES	(2 * PFNMAP_1G / LEAST_PAGE)	/* that are mapped, at most */
#define TROUBLE		512

struct arena arena;

/* How often each page of the BAR was written, and so what is in it. */
static unsigned char version[BAR_PAGES];

char *trouble;

int arena_init(void)
{
	trouble = mmap(NULL, TROUBLE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (trouble == MAP_FAILED)
		return -errno;
	/* It may be alone in its table, which a test would count when it first reads it. */
	*trouble = 0;
	return 0;
}

void wrong(const char *format, ...)
{
	va_list args;

	if (*trouble)
		return;
	va_start(args, format);
	vsnprintf(trouble, TROUBLE, format, args);
	va_end(args);
}

__u64 place_of(__u64 offset)
{
	return offset / PAGE_SIZE % 512 * 8;
}

__u64 content_of(__u64 offset)
{
	const __u64 page = offset / PAGE_SIZE;

	return word(page * 256 + version[page]);
}

/* The frame and the protection of an entry, which maps pages of one span only. */
static void check_entry_at(__u64 at, struct state s)
{
	const char *va = arena.va + at;
	struct test_pfnmap_follow f;
	int ret = pfnmap_follow(arena.follow, va, 1, &f);
	__u64 start = ((uintptr_t)va & f.addr_mask) - (uintptr_t)arena.va;

	if (ret)
		return wrong("%#llx was read, and no entry is there: %d", at, ret);
	if (f.pfn != (arena.source.phys + s.offset) / PAGE_SIZE)
		wrong("%#llx has frame %#llx, not that of %#llx", at, f.pfn, s.offset);
	if (f.writable != !!(s.prot & PROT_WRITE) || !f.special)
		wrong("%#llx: writable %d, special %d", at, f.writable, f.special);
	if (start > at || !model_is_one(&arena.model, start, start - f.addr_mask))
		wrong("%#llx: entry of %#llx from %#llx, over a border", at, -f.addr_mask, start);
}

static void check_read(__u64 at, struct state s)
{
	int due = model_refusal(s, false), refusal;
	struct test_pfnmap_follow f;
	__u64 value = 0;

	refusal = try_access(arena.va + at + place_of(s.offset), false, &value);
	if (refusal != due)
		return wrong("%#llx: read ended in %#x, not %#x", at, refusal, due);
	if (!due && value != content_of(s.offset))
		wrong("%#llx: %#llx is not what is in the BAR at %#llx", at, value, s.offset);
	if (!due && arena.lookups)
		check_entry_at(at, s);
	if ((!s.mapped || s.hole) && pfnmap_follow(arena.follow, arena.va + at, 1, &f) != -EINVAL)
		wrong("%#llx: an entry where nothing is", at);
}

static void check_write(__u64 at, struct state s)
{
	int due = model_refusal(s, true), refusal;
	__u64 value;

	version[s.offset / PAGE_SIZE] += !due;
	value = content_of(s.offset);
	refusal = try_access(arena.va + at + place_of(s.offset), true, &value);
	if (refusal != due)
		wrong("%#llx: write ended in %#x, not %#x", at, refusal, due);
	else if (!due)
		check_read(at, s);
}

void check_page(__u64 at, bool write)
{
	const struct state s = model_at(&arena.model, at);

	check_read(at, s);
	if (write)
		check_write(at, s);
}

void check_border(__u64 at, bool write)
{
	if (at)
		check_page(at - PAGE_SIZE, write);
	if (at < arena.size)
		check_page(at, write);
}

void check_arena(void)
{
	__u64 at;
	int i;

	for (i = 0; i < arena.model.count; i++)
		check_border(arena.model.span[i].start, false);
	for (at = 0; at < arena.size; at += PMD_SIZE)
		check_page(at + race_pick(PAGES_OF_PMD) * PAGE_SIZE, false);
}

static struct {
	int count;
	struct {
		__u64 at;
		__u64 mask;	/* of its entry */
		struct state state;
	} page[KEPT];
} kept;

void keep_nothing(void)
{
	kept.count = 0;
}

static __u64 mask_at(__u64 at)
{
	struct test_pfnmap_follow f = {};

	if (arena.lookups)
		pfnmap_follow(arena.follow, arena.va + at, 1, &f);
	return f.addr_mask;
}

void keep_page(__u64 at)
{
	struct state s;

	if (at >= arena.size || kept.count == KEPT)
		return;
	s = model_at(&arena.model, at);
	if (model_refusal(s, false))
		return;
	check_page(at, false);
	kept.page[kept.count].at = at;
	kept.page[kept.count].mask = mask_at(at);
	kept.page[kept.count++].state = s;
}

static long faults_of_read(void *va, int *refusal)
{
	long before = pfnmap_faults();
	__u64 value;

	*refusal = try_access(va, false, &value);
	return pfnmap_faults() - before;
}

void check_kept(__u64 from, __u64 size, __u64 to, bool whole)
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
		/* Another page may be there by now. */
		if (s.birth != kept.page[i].state.birth || s.offset != kept.page[i].state.offset ||
		    model_refusal(s, false))
			continue;
		if (whole && mask_at(at) != kept.page[i].mask)
			wrong("%#llx: an entry of another size", at);
		faults = faults_of_read(arena.va + at + place_of(s.offset), &refusal);
		if (refusal || faults)
			wrong("%#llx was dropped: refusal %#x, %ld faults", at, refusal, faults);
	}
}

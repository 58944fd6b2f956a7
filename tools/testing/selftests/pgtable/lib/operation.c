// SPDX-License-Identifier: GPL-2.0
/*
 * What may be done to a part of a mapping, and what each page must do then.
 */
#include <signal.h>
#include <unistd.h>
#include <linux/mman.h>

#include "access.h"
#include "operation.h"
#include "proc.h"

char *part_at(struct cut *cut)
{
	return cut->arena + cut->part.start;
}

__u64 part_size(struct cut *cut)
{
	return cut->part.end - cut->part.start;
}

int protect(struct cut *cut, struct cut_range range, int prot)
{
	if (range.start == range.end)
		return 0;
	return mprotect(cut->arena + range.start, range.end - range.start, prot) ? -errno : 0;
}

/* The operations */

static int run_mprotect(struct cut *cut)
{
	return protect(cut, cut->part, cut->op->argument);
}

static int run_munmap(struct cut *cut)
{
	return munmap(part_at(cut), part_size(cut)) ? -errno : 0;
}

static int run_shrink(struct cut *cut)
{
	__u64 left = cut->part.start - cut->all.start;

	/* To nothing is not possible. */
	if (!left)
		return run_munmap(cut);
	return mremap(cut->arena + cut->all.start, cut->all.end - cut->all.start, left, 0) ==
	       MAP_FAILED ? -errno : 0;
}

int run_move(struct cut *cut)
{
	void *to = part_at(cut) + shift_of(cut);

	return mremap(part_at(cut), part_size(cut), part_size(cut), MREMAP_MAYMOVE | MREMAP_FIXED,
		      to) == to ? 0 : -errno;
}

static int run_mmap_bar(struct cut *cut)
{
	return cut_map(cut, cut->part, beside(cut, cut->part.start)) == part_at(cut) ? 0 : -errno;
}

static int run_mmap_memory(struct cut *cut)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;

	/* Few pages of it are touched: not huge ones. */
	return mmap(part_at(cut), part_size(cut), RW, flags, -1, 0) != part_at(cut) ||
	       madvise(part_at(cut), part_size(cut), MADV_NOHUGEPAGE) ? -errno : 0;
}

static int run_remap_file_pages(struct cut *cut)
{
	__u64 from = split.source.offset + bar_offset(cut, beside(cut, cut->part.start));

	return remap_file_pages(part_at(cut), part_size(cut), 0, from / PAGE_SIZE, 0) ? -errno : 0;
}

int run_madvise(struct cut *cut)
{
	return madvise(part_at(cut), part_size(cut), cut->op->argument) ? -errno : 0;
}

static int run_zap(struct cut *cut)
{
	return device_zap_range(&split.source, bar_offset(cut, cut->part.start), part_size(cut));
}

OPERATION(mprotect_read, .run = run_mprotect, .argument = PROT_READ, .inside = READABLE);
OPERATION(mprotect_none, .run = run_mprotect, .argument = PROT_NONE, .inside = FORBIDDEN);
static OPERATION(mprotect_of_none, .run = run_mprotect, .argument = RW, .outside = FORBIDDEN);
OPERATIONS(mprotects, &mprotect_read, &mprotect_none, &mprotect_of_none);

OPERATION(munmap_part, .run = run_munmap, .inside = GONE);
static OPERATION(munmap_of_none, .run = run_munmap, .inside = GONE, .outside = FORBIDDEN);
OPERATION(mremap_shrink, .run = run_shrink, .inside = GONE, .tail = true);
OPERATIONS(munmaps, &munmap_part, &munmap_of_none, &mremap_shrink);

OPERATION(mremap_move, .run = run_move, .inside = MOVED, .shift = { MOVED_TO });
OPERATION(mremap_move_by_pmd, .run = run_move, .inside = MOVED,
	  .shift = { MOVED_TO, .half_pmds = 2 });
/* All of it becomes PTEs. */
static OPERATION(mremap_move_by_page, .run = run_move, .inside = MOVED,
		 .shift = { MOVED_TO, .pages = 1 }, .by_pages = true);
OPERATIONS(mremaps, &mremap_move, &mremap_move_by_pmd, &mremap_move_by_page);

OPERATION(mmap_over_by_bar, .run = run_mmap_bar, .inside = OTHER);
OPERATION(mmap_over_by_memory, .run = run_mmap_memory, .inside = MEMORY);
/* It brings in what it maps. */
OPERATION(mmap_over_by_remap_file_pages, .run = run_remap_file_pages, .inside = OTHER,
	  .by_pages = true);
OPERATIONS(mmaps_over, &mmap_over_by_bar, &mmap_over_by_memory, &mmap_over_by_remap_file_pages);

MADVISE(random, MADV_RANDOM);
static MADVISE(sequential, MADV_SEQUENTIAL);
MADVISE(dontfork, MADV_DONTFORK);
static MADVISE(hugepage, MADV_HUGEPAGE);
static MADVISE(nohugepage, MADV_NOHUGEPAGE);
OPERATIONS(madvises, &madvise_random, &madvise_sequential, &madvise_dontfork, &madvise_hugepage,
	   &madvise_nohugepage);

/* Most kinds of mapping are not dumped anyway, and are not cut then. */
MADVISE(dontdump, MADV_DONTDUMP);
OPERATION(zap_part, .run = run_zap, .inside = DROPPED);

/* What a page does */

void check_refused(struct cut *cut, __u64 at, int sig)
{
	CHECK_CASE(cut, at, sig, try_read(cut->arena + at));
}

static void check_word(struct cut *cut, __u64 at, __u64 value)
{
	CHECK_CASE(cut, at, 0, try_read(cut->arena + at));
	CHECK_CASE(cut, at, value, bar_read(cut->arena + at));
}

static void check_writable(struct cut *cut, __u64 at, __u64 value)
{
	check_word(cut, at, value);
	CHECK_CASE(cut, at, 0, try_write(cut->arena + at, value));
}

void check_access(struct cut *cut, __u64 at, enum access access)
{
	switch (access) {
	case WRITABLE:
		return check_writable(cut, at, word_in(cut, at));
	case READABLE:
		check_word(cut, at, word_in(cut, at));
		CHECK_CASE(cut, at, SIGSEGV, try_write(cut->arena + at, 0));
		return;
	case MOVED:
		check_writable(cut, at + shift_of(cut), word_in(cut, at));
		return check_refused(cut, at, SIGSEGV);
	case FORBIDDEN:
	case GONE:
		return check_refused(cut, at, SIGSEGV);
	case DROPPED:
		if (split.filled)
			return check_refused(cut, at, SIGBUS);
		return check_writable(cut, at, word_in(cut, at));
	case OTHER:
		return check_writable(cut, at, word_in(cut, beside(cut, at)));
	case MEMORY:
		check_writable(cut, at, 0);
		bar_write(cut->arena + at, ~0ULL);
	}
}

enum access access_of(const struct cut *cut, __u64 at)
{
	return within(cut->part, at) ? cut->op->inside : cut->op->outside;
}

void check_pages(struct cut *cut)
{
	__u64 at;
	int i;

	for_each_spot(i, at, cut)
		check_access(cut, at, access_of(cut, at));
}

void check_all_writable(struct cut *cut)
{
	__u64 at;
	int i;

	for_each_spot(i, at, cut)
		check_access(cut, at, WRITABLE);
}

/* A case */

struct cut_range before_part(const struct cut *cut)
{
	return (struct cut_range) { cut->all.start, cut->part.start };
}

struct cut_range after_part(const struct cut *cut)
{
	return (struct cut_range) { cut->part.end, cut->all.end };
}

void cut_prepare(struct cut *cut, int arena)
{
	cut_open(cut, arena);
	if (cut->op->outside == WRITABLE)
		return;
	CHECK_CASE(cut, cut->part.start, 0, protect(cut, cut->all, PROT_NONE));
}

void cut_operate(struct cut *cut)
{
	CHECK_CASE(cut, cut->part.start, 0, cut->op->run(cut));
}

static int restore_part(struct cut *cut)
{
	const enum access inside = cut->op->inside;

	if (inside == WRITABLE)
		return 0;
	if (inside == READABLE || inside == FORBIDDEN)
		return protect(cut, cut->part, RW);
	return cut_map(cut, cut->part, cut->part.start) == part_at(cut) ? 0 : -errno;
}

/* Makes all of it writable again, by a new mapping where the old one is gone. */
static void restore(struct cut *cut)
{
	CHECK_CASE(cut, cut->part.start, 0, restore_part(cut));
	if (cut->op->outside == WRITABLE)
		return;
	CHECK_CASE(cut, cut->part.start, 0, protect(cut, before_part(cut), RW));
	CHECK_CASE(cut, cut->part.start, 0, protect(cut, after_part(cut), RW));
}

/* Pages that all have entries are made, moved and unmapped one by one. */
static bool too_much(const struct operation *op, const struct grain *grain)
{
	const struct cut_range part = range_of(grain);
	__u64 size = part.end - part.start ?: pfnmap_size(split.level);

	if (split.level == PFNMAP_PTE && !grain->chosen)
		return true;
	return size > 4 * PMD_SIZE && (op->by_pages || split.filled);
}

const struct grain *next_grain(const struct operation *op, const struct grain *grain)
{
	while (grain < grains + GRAINS && too_much(op, grain))
		grain++;
	return grain < grains + GRAINS ? grain : NULL;
}

void check_operation(const struct operation *op)
{
	static struct cut cut;
	const struct grain *grain;

	for_each_grain(grain, op) {
		cut = (struct cut) { .op = op, .grain = grain };
		cut_prepare(&cut, 0);
		cut_operate(&cut);
		check_pages(&cut);
		restore(&cut);
		check_all_writable(&cut);
		cut_close(&cut);
	}
	CHECK_EQ(split.kb, own_tables_kb(), "%s: kB of tables", op->name);
}

void check_operations(const struct operation *const *list)
{
	for_each_operation(op, list)
		check_operation(op);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What may be done to a part of a mapping, and what each page must do then.
 */
#ifndef _HUGE_PFNMAP_OPERATION_H
#define _HUGE_PFNMAP_OPERATION_H

#include <unistd.h>
#include <linux/mman.h>

#include "huge_pfnmap_piece.h"

static inline char *part_at(struct cut *cut)
{
	return cut->arena + cut->part.start;
}

static inline __u64 part_size(struct cut *cut)
{
	return cut->part.end - cut->part.start;
}

static inline int protect(struct cut *cut, struct range range, int prot)
{
	if (range.start == range.end)
		return 0;
	return mprotect(cut->arena + range.start, range.end - range.start, prot) ? -errno : 0;
}

/* The operations */

static inline int run_mprotect(struct cut *cut)
{
	return protect(cut, cut->part, cut->op->argument);
}

static inline int run_munmap(struct cut *cut)
{
	return munmap(part_at(cut), part_size(cut)) ? -errno : 0;
}

static inline int run_shrink(struct cut *cut)
{
	__u64 left = cut->part.start - cut->all.start;

	/* To nothing is not possible. */
	if (!left)
		return run_munmap(cut);
	return mremap(cut->arena + cut->all.start, cut->all.end - cut->all.start, left, 0) ==
	       MAP_FAILED ? -errno : 0;
}

static inline int run_move(struct cut *cut)
{
	void *to = part_at(cut) + cut->op->shift;

	return mremap(part_at(cut), part_size(cut), part_size(cut),
		      MREMAP_MAYMOVE | MREMAP_FIXED, to) == to ? 0 : -errno;
}

static inline int run_mmap_bar(struct cut *cut)
{
	return cut_map(cut, cut->part, beside(cut, cut->part.start)) == part_at(cut) ? 0 : -errno;
}

static inline int run_mmap_memory(struct cut *cut)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;

	/* Few pages of it are touched: not huge ones. */
	return mmap(part_at(cut), part_size(cut), RW, flags, -1, 0) != part_at(cut) ||
	       madvise(part_at(cut), part_size(cut), MADV_NOHUGEPAGE) ? -errno : 0;
}

static inline int run_remap_file_pages(struct cut *cut)
{
	__u64 from = cut->self->source.offset + bar_offset(cut, beside(cut, cut->part.start));

	return remap_file_pages(part_at(cut), part_size(cut), 0, from / PFNMAP_4K, 0) ? -errno : 0;
}

static inline int run_madvise(struct cut *cut)
{
	return madvise(part_at(cut), part_size(cut), cut->op->argument) ? -errno : 0;
}

static inline int run_zap(struct cut *cut)
{
	struct test_pfnmap_range range = {
		.offset = bar_offset(cut, cut->part.start),
		.length = part_size(cut),
	};

	return pfnmap_ioctl(cut->self->source.file, TEST_PFNMAP_ZAP_RANGE, &range);
}

/* Those of a system call are one list, which ends in NULL. */
#define OPERATIONS(id, ...) \
	static const struct operation *const id[] __maybe_unused = { __VA_ARGS__, NULL }
#define for_each_operation(op, list) \
	for (const struct operation *const *__op = list, *op; (op = *__op); __op++)
#define OPERATION(id, ...) \
	static const struct operation id __maybe_unused = { .name = #id, __VA_ARGS__ }
#define MADVISE(id, advice) \
	OPERATION(madvise_##id, .run = run_madvise, .argument = advice)

OPERATION(mprotect_read, .run = run_mprotect, .argument = PROT_READ, .inside = READABLE);
OPERATION(mprotect_none, .run = run_mprotect, .argument = PROT_NONE, .inside = FORBIDDEN);
OPERATION(mprotect_of_none, .run = run_mprotect, .argument = RW, .outside = FORBIDDEN);
OPERATIONS(mprotects, &mprotect_read, &mprotect_none, &mprotect_of_none);

OPERATION(munmap_part, .run = run_munmap, .inside = GONE);
OPERATION(munmap_of_none, .run = run_munmap, .inside = GONE, .outside = FORBIDDEN);
OPERATION(mremap_shrink, .run = run_shrink, .inside = GONE, .tail = true);
OPERATIONS(munmaps, &munmap_part, &munmap_of_none, &mremap_shrink);

OPERATION(mremap_move, .run = run_move, .inside = MOVED, .shift = MOVED_TO);
OPERATION(mremap_move_by_2m, .run = run_move, .inside = MOVED, .shift = MOVED_TO + MIB(2));
/* All of it becomes PTEs. */
OPERATION(mremap_move_by_4k, .run = run_move, .inside = MOVED, .shift = MOVED_TO + KIB(4),
	  .by_pages = true);
OPERATIONS(mremaps, &mremap_move, &mremap_move_by_2m, &mremap_move_by_4k);

OPERATION(mmap_over_by_bar, .run = run_mmap_bar, .inside = OTHER);
OPERATION(mmap_over_by_memory, .run = run_mmap_memory, .inside = MEMORY);
/* It brings in what it maps. */
OPERATION(mmap_over_by_remap_file_pages, .run = run_remap_file_pages, .inside = OTHER,
	  .by_pages = true);
OPERATIONS(mmaps_over, &mmap_over_by_bar, &mmap_over_by_memory, &mmap_over_by_remap_file_pages);

MADVISE(random, MADV_RANDOM);
MADVISE(sequential, MADV_SEQUENTIAL);
MADVISE(dontfork, MADV_DONTFORK);
MADVISE(hugepage, MADV_HUGEPAGE);
MADVISE(nohugepage, MADV_NOHUGEPAGE);
OPERATIONS(madvises, &madvise_random, &madvise_sequential, &madvise_dontfork,
	   &madvise_hugepage, &madvise_nohugepage);

/* Most kinds of mapping are not dumped anyway, and are not cut then. */
MADVISE(dontdump, MADV_DONTDUMP);
OPERATION(zap_part, .run = run_zap, .inside = DROPPED);

#endif /* _HUGE_PFNMAP_OPERATION_H */

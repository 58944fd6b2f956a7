/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pieces that a mapping was cut into: the entries and the tables that each must have.
 */
#ifndef _HUGE_PFNMAP_PIECE_H
#define _HUGE_PFNMAP_PIECE_H

#include "huge_pfnmap_cut.h"

/* What is left of the mapping, or was made of it: addresses of one vma, and how far they moved. */
struct piece {
	struct range range;
	__u64 shift;
};

#define PIECES	3

/* The largest block around @at that no border of the piece cuts. */
static inline enum pfnmap_level level_in(const struct cut *cut, struct piece piece, __u64 at)
{
	enum pfnmap_level level = cut->self->level;
	__u64 size, block;

	for (; level > PFNMAP_PTE; level--) {
		size = pfnmap_size(level);
		block = round_down_to(at + piece.shift, size);
		if (!(piece.shift % size) && block >= piece.range.start + piece.shift &&
		    block + size <= piece.range.end + piece.shift)
			break;
	}
	return level;
}

struct tables {
	bool ptes[ARENA_SIZE / PFNMAP_2M];
	bool pmds[ARENA_SIZE / PFNMAP_1G];
};

/* The tables for addresses from @start up to @end, which one table of PTEs has mapped or could. */
static inline void add_tables(struct tables *tables, const struct cut *cut, struct piece piece,
			      struct range range)
{
	enum pfnmap_level level = level_in(cut, piece, range.start);
	__u64 first = range.start + piece.shift, last = range.end - 1 + piece.shift;

	if (level < PFNMAP_PUD)
		tables->pmds[first / PFNMAP_1G] = tables->pmds[last / PFNMAP_1G] = true;
	if (level < PFNMAP_PMD)
		tables->ptes[first / PFNMAP_2M] = tables->ptes[last / PFNMAP_2M] = true;
}

/* The part of @range that is in 2 MiB number @block. */
static inline struct range part_in(struct range range, __u64 block)
{
	const struct range in = { block * PFNMAP_2M, (block + 1) * PFNMAP_2M };

	return (struct range) {
		.start = range.start > in.start ? range.start : in.start,
		.end = range.end < in.end ? range.end : in.end,
	};
}

/* How many kB of tables the pieces have. */
static inline long tables_of(const struct cut *cut, const struct piece *pieces, int count)
{
	static struct tables tables;
	struct range range;
	long kb = 0;
	__u64 i;
	int n;

	memset(&tables, 0, sizeof(tables));
	for (n = 0; n < count; n++)
		for (i = 0; i < BLOCKS; i++) {
			range = part_in(pieces[n].range, i);
			if (cut->used[i] && range.start < range.end)
				add_tables(&tables, cut, pieces[n], range);
		}
	for (i = 0; i < ARRAY_SIZE(tables.ptes); i++)
		kb += 4 * tables.ptes[i];
	for (i = 0; i < ARRAY_SIZE(tables.pmds); i++)
		kb += 4 * tables.pmds[i];
	return kb;
}

/* Bits of an entry without those that say of which level it is. */
static inline __u64 plain_bits(const struct test_pfnmap_follow *f)
{
#ifdef __aarch64__
	/* Of a page it is set, of a block it is not. */
	return f->pgprot & ~(1ULL << 1);
#else
	/* A block has bit 7, and its PAT bit is 12; in an entry of a page that is 7. */
	const __u64 size = 1ULL << 7, pat = 1ULL << 12;

	if (f->addr_mask == -PFNMAP_4K)
		return f->pgprot;
	return (f->pgprot & ~(size | pat)) | (f->pgprot & pat ? size : 0);
#endif
}

/* What moves may count as written since; whether a block of 1 GiB does is left to C. */
#ifdef __aarch64__
#define SOFT_DIRTY	0ULL
#else
#define SOFT_DIRTY	(1ULL << 11)
#endif

/* What is mapped at @at of the arena must be by an entry of @level and the frames of @from. */
static inline void check_entry(struct __test_metadata *_metadata, struct cut *cut, __u64 at,
			       __u64 from, enum pfnmap_level level, __u64 bits)
{
	const __u64 moved = at == from ? 0 : SOFT_DIRTY;
	split_t *self = cut->self;
	struct test_pfnmap_follow f;

	ASSERT_EQ(0, pfnmap_follow(self->follow, cut->arena + at, 1, &f))
		IN_CASE(cut, at);
	ASSERT_EQ((self->source.phys + bar_offset(cut, from)) / PFNMAP_4K, f.pfn)
		IN_CASE(cut, at);
	ASSERT_EQ(~(pfnmap_size(level) - 1), f.addr_mask)
		IN_CASE(cut, at);
	ASSERT_EQ(bits | moved, plain_bits(&f) | moved)
		IN_CASE(cut, at);
	ASSERT_EQ(1, f.special)
		IN_CASE(cut, at);
}

static inline void check_no_entry(struct __test_metadata *_metadata, struct cut *cut, __u64 at)
{
	struct test_pfnmap_follow f;

	ASSERT_EQ(-EINVAL, pfnmap_follow(cut->self->follow, cut->arena + at, 1, &f))
		IN_CASE(cut, at);
}

static inline __u64 bits_at(struct __test_metadata *_metadata, struct cut *cut, __u64 at)
{
	struct test_pfnmap_follow f;

	ASSERT_EQ(0, pfnmap_follow(cut->self->follow, cut->arena + at, 1, &f))
		IN_CASE(cut, at);
	return plain_bits(&f);
}

#endif /* _HUGE_PFNMAP_PIECE_H */

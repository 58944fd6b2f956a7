// SPDX-License-Identifier: GPL-2.0
/*
 * One operation on one part of a mapping: which entries and tables there are then.
 */
#include <string.h>

#include "access.h"
#include "in_place.h"
#include "kselftest.h"
#include "lookup.h"
#include "proc.h"

/* What is left of the mapping, or was made of it: addresses of one vma, and how far they moved. */
struct piece {
	struct cut_range range;
	__u64 shift;
};

#define PIECES	3

/* The largest block around @at that no border of the piece cuts. */
static enum pfnmap_level level_in(const struct cut *cut, struct piece piece, __u64 at)
{
	enum pfnmap_level level = split.level;
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
	bool ptes[ARENA_SIZE / LEAST_PMD];
	bool pmds[ARENA_SIZE / PFNMAP_1G];
};

/*
 * What one table of PMDs maps: 1 GiB with pages of 4 KiB. One of more maps several arenas, or the
 * program, too, and stays: it is not counted.
 */
static bool counts_pmds(void)
{
	return PMD_SIZE * PAGES_OF_PMD == PFNMAP_1G;
}

/* The tables for addresses from @start up to @end, which one table of PTEs has mapped or could. */
static void add_tables(struct tables *tables, const struct cut *cut, struct piece piece,
		       struct cut_range range)
{
	enum pfnmap_level level = level_in(cut, piece, range.start);
	__u64 first = range.start + piece.shift, last = range.end - 1 + piece.shift;

	if (level < PFNMAP_PUD && counts_pmds())
		tables->pmds[first / PFNMAP_1G] = tables->pmds[last / PFNMAP_1G] = true;
	if (level < PFNMAP_PMD)
		tables->ptes[first / PMD_SIZE] = tables->ptes[last / PMD_SIZE] = true;
}

/* The part of @range that is in PMD number @block. */
static struct cut_range part_in(struct cut_range range, __u64 block)
{
	const struct cut_range in = { block * PMD_SIZE, (block + 1) * PMD_SIZE };

	return (struct cut_range) {
		.start = range.start > in.start ? range.start : in.start,
		.end = range.end < in.end ? range.end : in.end,
	};
}

/* How many kB of tables the pieces have. */
static long tables_of(const struct cut *cut, const struct piece *pieces, int count)
{
	static struct tables tables;
	struct cut_range range;
	long kb = 0;
	__u64 i;
	int n;

	memset(&tables, 0, sizeof(tables));
	for (n = 0; n < count; n++)
		for (i = 0; i < SPAN / PMD_SIZE; i++) {
			range = part_in(pieces[n].range, i);
			if (cut->used[i] && range.start < range.end)
				add_tables(&tables, cut, pieces[n], range);
		}
	for (i = 0; i < ARRAY_SIZE(tables.ptes); i++)
		kb += table_kb() * tables.ptes[i];
	for (i = 0; i < ARRAY_SIZE(tables.pmds); i++)
		kb += table_kb() * tables.pmds[i];
	return kb;
}

/* Bits of an entry without those that say of which level it is. */
static __u64 plain_bits(const struct test_pfnmap_follow *f)
{
#ifdef __aarch64__
	/* Of a page it is set, of a block it is not. */
	return f->pgprot & ~(1ULL << 1);
#else
	/* A block has bit 7, and its PAT bit is 12; in an entry of a page that is 7. */
	const __u64 size = 1ULL << 7, pat = 1ULL << 12;

	if (f->addr_mask == -PAGE_SIZE)
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

void check_cut_entry(struct cut *cut, __u64 at, __u64 from, enum pfnmap_level level, __u64 bits)
{
	const __u64 moved = at == from ? 0 : SOFT_DIRTY;
	struct test_pfnmap_follow f;

	CHECK_CASE(cut, at, 0, pfnmap_follow(split.follow, cut->arena + at, 1, &f));
	CHECK_CASE(cut, at, (split.source.phys + bar_offset(cut, from)) / PAGE_SIZE, f.pfn);
	CHECK_CASE(cut, at, ~(pfnmap_size(level) - 1), f.addr_mask);
	CHECK_CASE(cut, at, bits | moved, plain_bits(&f) | moved);
	CHECK_CASE(cut, at, 1, f.special);
}

static void check_no_cut_entry(struct cut *cut, __u64 at)
{
	struct test_pfnmap_follow f;

	CHECK_CASE(cut, at, -EINVAL, pfnmap_follow(split.follow, cut->arena + at, 1, &f));
}

__u64 cut_bits_at(struct cut *cut, __u64 at)
{
	struct test_pfnmap_follow f;

	CHECK_CASE(cut, at, 0, pfnmap_follow(split.follow, cut->arena + at, 1, &f));
	return plain_bits(&f);
}

/* Operations */

/* What the mapping has been cut into; returns how many pieces. */
static int pieces_of(const struct cut *cut, struct piece pieces[PIECES])
{
	const enum access inside = cut->op->inside;

	pieces[0] = (struct piece) { before_part(cut), 0 };
	pieces[1] = (struct piece) { after_part(cut), 0 };
	pieces[2] = (struct piece) { cut->part, shift_of(cut) };
	if (inside == OTHER && split.filled)
		return 3;
	return inside == GONE || inside == OTHER || inside == MEMORY ? 2 : 3;
}

__u64 bits_of_block(const struct operation *op)
{
	static struct cut cut;
	__u64 bits;

	cut = (struct cut) { .op = op, .grain = ALL_OF_A_BLOCK };
	cut_prepare(&cut, 2 * GRAINS);
	cut_operate(&cut);
	bits = cut_bits_at(&cut, cut.part.start);
	cut_close(&cut);
	return bits;
}

bool changes_bits(const struct operation *op)
{
	return op->inside == READABLE || op->inside == FORBIDDEN ||
	       (op->inside == WRITABLE && op->outside == FORBIDDEN);
}

/* The entry for the page at @at, whose bits were @bits, or are @inside in the part. */
static void check_entry_in_place(struct cut *cut, __u64 at, __u64 bits, __u64 inside)
{
	struct piece pieces[PIECES];
	int i, count = pieces_of(cut, pieces);
	__u64 to;

	if (!within(cut->part, at)) {
		i = at < cut->part.start ? 0 : 1;
		check_cut_entry(cut, at, at, level_in(cut, pieces[i], at), bits);
	} else if (count != PIECES || cut->op->inside == DROPPED) {
		check_no_cut_entry(cut, at);
	} else if (cut->op->inside != OTHER) {
		to = at + shift_of(cut);
		check_cut_entry(cut, to, at, level_in(cut, pieces[2], at), inside);
	}
	if (cut->op->inside == MOVED && within(cut->part, at))
		check_no_cut_entry(cut, at);
}

/* The faults that accesses to all that is still mapped take, and how many were refused. */
static long faults_of_pages(struct cut *cut)
{
	long refusals = 0, before = pfnmap_faults();
	enum access access;
	__u64 at;
	int i;

	for_each_spot(i, at, cut) {
		access = access_of(cut, at);
		if (access == MOVED)
			at += shift_of(cut);
		if (access == WRITABLE || access == READABLE || access == MOVED)
			refusals += try_read(cut->arena + at);
		if (access == WRITABLE || access == MOVED)
			refusals += try_write(cut->arena + at, word_in(cut, cut->spot[i]));
	}
	return refusals + pfnmap_faults() - before;
}

long cut_settle(struct cut *cut)
{
	long refusals = 0, before = pfnmap_faults();
	__u64 at;
	int i;

	for_each_spot(i, at, cut)
		refusals += try_write(cut->arena + at, word_in(cut, at));
	return refusals + pfnmap_faults() - before;
}

void write_own_pages(void)
{
	static __u64 page;
	struct cut cut = { .arena = (char *)&page, .spots = 1 };

	cut_settle(&cut);
}

/* The faults, and refusals, of writes to the rest. */
static long faults_outside(struct cut *cut)
{
	long refusals = 0, before;
	__u64 at;
	int i;

	write_own_pages();
	before = pfnmap_faults();
	for_each_spot(i, at, cut)
		if (!within(cut->part, at))
			refusals += try_write(cut->arena + at, word_in(cut, at));
	return refusals + pfnmap_faults() - before;
}

void check_rest_in_place(struct cut *cut)
{
	struct piece pieces[PIECES];
	__u64 at;
	int i;

	pieces_of(cut, pieces);
	for_each_spot(i, at, cut)
		if (!split.looks)
			break;
		else if (within(cut->part, at))
			check_no_cut_entry(cut, at);
		else
			check_cut_entry(cut, at, at, level_in(cut, pieces[at >= cut->part.end], at),
					cut_bits_at(cut, at));
	/* A child of fork() has old entries, which such a CPU makes young by a fault each. */
	if (!cpu_sets_accessed())
		faults_outside(cut);
	CHECK_CASE(cut, cut->part.start, 0, faults_outside(cut));
}

/* Whether the system call brings in what it maps, by as many tables as that needs. */
static bool populates(const struct cut *cut)
{
	return cut->op == &mmap_over_by_remap_file_pages && !split.looks;
}

void check_case_in_place(struct cut *cut, const __u64 *inside)
{
	const struct piece whole = { cut->all, 0 };
	struct piece pieces[PIECES];
	__u64 bits[SPOTS], at;
	int count = pieces_of(cut, pieces), i;
	long kb;

	cut_settle(cut);
	for_each_spot(i, at, cut)
		bits[i] = split.looks ? cut_bits_at(cut, at) : 0;
	kb = own_tables_kb() - tables_of(cut, &whole, 1) + tables_of(cut, pieces, count);
	cut_operate(cut);
	CHECK_CASE(cut, cut->part.start, populates(cut) ? own_tables_kb() : kb, own_tables_kb());
	for_each_spot(i, at, cut)
		if (split.looks)
			check_entry_in_place(cut, at, bits[i], inside ? *inside : bits[i]);
	CHECK_CASE(cut, cut->part.start, 0, faults_of_pages(cut));
}

void check_operation_in_place(const struct operation *op)
{
	const struct grain *grain;
	static struct cut cut;
	__u64 bits, *inside = NULL;

	if (split.looks && changes_bits(op)) {
		bits = bits_of_block(op);
		inside = &bits;
	}
	for_each_grain(grain, op) {
		cut = (struct cut) { .op = op, .grain = grain };
		cut_prepare(&cut, 0);
		check_case_in_place(&cut, inside);
		cut_close(&cut);
	}
}

void check_operations_in_place(const struct operation *const *list)
{
	for_each_operation(op, list)
		check_operation_in_place(op);
}

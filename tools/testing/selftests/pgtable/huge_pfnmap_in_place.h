/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation on one part of a mapping: which entries and tables there are then, and that the
 * rest takes no fault. That is what splitting in place is for, and what dropping cannot give.
 */
#ifndef _HUGE_PFNMAP_IN_PLACE_H
#define _HUGE_PFNMAP_IN_PLACE_H

#include "huge_pfnmap_check.h"

/* What the mapping has been cut into; returns how many pieces. */
static inline int pieces_of(const struct cut *cut, struct piece pieces[PIECES])
{
	const enum access inside = cut->op->inside;

	pieces[0] = (struct piece) { before_part(cut), 0 };
	pieces[1] = (struct piece) { behind_part(cut), 0 };
	pieces[2] = (struct piece) { cut->part, cut->op->shift };
	if (inside == OTHER && cut->self->filled)
		return 3;
	return inside == GONE || inside == OTHER || inside == MEMORY ? 2 : 3;
}

/* The operation's own change of the bits: those of a whole block that it was done to. */
static inline __u64 bits_of_block(struct __test_metadata *_metadata, split_t *self,
				  const struct operation *op)
{
	static struct cut cut;
	__u64 bits;

	cut = (struct cut) { .self = self, .op = op, .grain = ALL_OF_A_BLOCK };
	prepare(_metadata, &cut, 2 * GRAINS);
	operate(_metadata, &cut);
	bits = bits_at(_metadata, &cut, cut.part.start);
	cut_close(_metadata, &cut);
	return bits;
}

static inline bool changes_bits(const struct operation *op)
{
	return op->inside == READABLE || op->inside == FORBIDDEN ||
	       (op->inside == WRITABLE && op->outside == FORBIDDEN);
}

/* The entry for the page at @at, whose bits were @bits, or are @inside in the part. */
static inline void check_entry_in_place(struct __test_metadata *_metadata, struct cut *cut,
					__u64 at, __u64 bits, __u64 inside)
{
	struct piece pieces[PIECES];
	int i, count = pieces_of(cut, pieces);
	__u64 to;

	if (!within(cut->part, at)) {
		i = at < cut->part.start ? 0 : 1;
		check_entry(_metadata, cut, at, at, level_in(cut, pieces[i], at), bits);
	} else if (count != PIECES || cut->op->inside == DROPPED) {
		check_no_entry(_metadata, cut, at);
	} else if (cut->op->inside != OTHER) {
		to = at + cut->op->shift;
		check_entry(_metadata, cut, to, at, level_in(cut, pieces[2], at), inside);
	}
	if (cut->op->inside == MOVED && within(cut->part, at))
		check_no_entry(_metadata, cut, at);
}

/* The faults that accesses to all that is still mapped take, and how many were refused. */
static inline long faults_of_pages(struct cut *cut)
{
	long refusals = 0, before = pfnmap_faults();
	enum access access;
	__u64 at;
	int i;

	for_each_spot(i, at, cut) {
		access = access_of(cut, at);
		if (access == MOVED)
			at += cut->op->shift;
		if (access == WRITABLE || access == READABLE || access == MOVED)
			refusals += try_read(cut->arena + at);
		if (access == WRITABLE || access == MOVED)
			refusals += try_write(cut->arena + at, word(cut, cut->spot[i]));
	}
	return refusals + pfnmap_faults() - before;
}

/*
 * The faults, and refusals, of writes to all of it. A child of fork() faults what it writes first,
 * of its own too, and what it has not accessed yet.
 */
static inline long settle(struct cut *cut)
{
	long refusals = 0, before = pfnmap_faults();
	__u64 at;
	int i;

	for_each_spot(i, at, cut)
		refusals += try_write(cut->arena + at, word(cut, at));
	return refusals + pfnmap_faults() - before;
}

/* What fork() has left to be copied when it is written is not counted. */
static inline void write_own_pages(void)
{
	static __u64 page;
	struct cut cut = { .arena = (char *)&page, .spots = 1 };

	settle(&cut);
}

/* The faults, and refusals, of writes to the rest. */
static inline long faults_outside(struct cut *cut)
{
	long refusals = 0, before;
	__u64 at;
	int i;

	write_own_pages();
	before = pfnmap_faults();
	for_each_spot(i, at, cut)
		if (!within(cut->part, at))
			refusals += try_write(cut->arena + at, word(cut, at));
	return refusals + pfnmap_faults() - before;
}

/*
 * The rest must have the entries that others have cut it into, or fork() has copied, and the part
 * none.
 */
static inline void check_rest_in_place(struct __test_metadata *_metadata, struct cut *cut)
{
	struct piece pieces[PIECES];
	__u64 at;
	int i;

	pieces_of(cut, pieces);
	for_each_spot(i, at, cut)
		if (!cut->self->looks)
			break;
		else if (within(cut->part, at))
			check_no_entry(_metadata, cut, at);
		else
			check_entry(_metadata, cut, at, at,
				    level_in(cut, pieces[at >= cut->part.end], at),
				    bits_at(_metadata, cut, at));
	ASSERT_EQ(0, faults_outside(cut))
		IN_CASE(cut, cut->part.start);
}

/* Whether the system call brings in what it maps, by as many tables as that needs. */
static inline bool populates(const struct cut *cut)
{
	return cut->op == &mmap_over_by_remap_file_pages && !cut->self->looks;
}

static inline void check_case_in_place(struct __test_metadata *_metadata, struct cut *cut,
				       const __u64 *inside)
{
	const struct piece whole = { cut->all, 0 };
	struct piece pieces[PIECES];
	__u64 bits[SPOTS], at;
	int count = pieces_of(cut, pieces), i;
	long kb;

	settle(cut);
	for_each_spot(i, at, cut)
		bits[i] = cut->self->looks ? bits_at(_metadata, cut, at) : 0;
	kb = table_kb() - tables_of(cut, &whole, 1) + tables_of(cut, pieces, count);
	operate(_metadata, cut);
	ASSERT_EQ(populates(cut) ? table_kb() : kb, table_kb())
		IN_CASE(cut, cut->part.start);
	for_each_spot(i, at, cut)
		if (cut->self->looks)
			check_entry_in_place(_metadata, cut, at, bits[i],
					     inside ? *inside : bits[i]);
	ASSERT_EQ(0, faults_of_pages(cut))
		IN_CASE(cut, cut->part.start);
}

static inline void check_operation_in_place(struct __test_metadata *_metadata, split_t *self,
					    const struct operation *op)
{
	const struct grain *grain;
	static struct cut cut;
	__u64 bits, *inside = NULL;

	if (self->looks && changes_bits(op)) {
		bits = bits_of_block(_metadata, self, op);
		inside = &bits;
	}
	for_each_grain(grain, op, self) {
		cut = (struct cut) { .self = self, .op = op, .grain = grain };
		prepare(_metadata, &cut, 0);
		check_case_in_place(_metadata, &cut, inside);
		cut_close(_metadata, &cut);
	}
}

static inline void check_operations_in_place(struct __test_metadata *_metadata, split_t *self,
					     const struct operation *const *list)
{
	for_each_operation(op, list)
		check_operation_in_place(_metadata, self, op);
}

#endif /* _HUGE_PFNMAP_IN_PLACE_H */

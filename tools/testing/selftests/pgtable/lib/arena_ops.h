/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on an arena: each chooses at random what to do, and does it to the kernel and to the
 * model.
 */
#ifndef _LIB_ARENA_OPS_H
#define _LIB_ARENA_OPS_H

#include "arena.h"

struct op {
	const struct verb *verb;
	__u64 start, end;	/* in the arena; what is zapped is in the BAR */
	__u64 to, offset;	/* where to in the arena, where in the BAR */
	__u64 size;		/* after a move */
	int arg;		/* protection, or an index */
};

struct verb {
	const char *name;
	unsigned int weight;
	bool (*pick)(struct op *op);	/* returns false if it finds nothing to do */
	void (*run)(const struct op *op);
	bool looks;			/* and changes nothing */
};

/* All of them; the weights are 100 in sum. */
extern const struct verb verbs[];

/* A place in @size bytes, mostly near a border of blocks. */
__u64 pick_place(__u64 size);

/* Maps the BAR from @op->offset on. */
void run_map(const struct op *op);
void run_unmap(const struct op *op);

/* Maps all of the arena again, by the largest entries. */
void run_renew(const struct op *op);

#endif /* _LIB_ARENA_OPS_H */

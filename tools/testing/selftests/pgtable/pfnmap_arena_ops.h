/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on an arena: each has a choice of what to do, by chance, and does it to the kernel
 * and to the model.
 */
#ifndef _PFNMAP_ARENA_OPS_H
#define _PFNMAP_ARENA_OPS_H

#include <sys/mman.h>
#include <sys/wait.h>
#include <linux/fs.h>

#include "kselftest.h"
#include "pfnmap_arena.h"

#define TRIES	16

struct op {
	const struct verb *verb;
	__u64 start, end;	/* in the arena; what is zapped is in the BAR */
	__u64 to, offset;	/* where to in the arena, where in the BAR */
	__u64 size;		/* behind a move */
	int arg;		/* protection, or an index */
};

struct verb {
	const char *name;
	unsigned int weight;
	bool (*pick)(struct op *op);	/* returns false if it finds nothing to do */
	void (*run)(const struct op *op);
	bool looks;			/* and changes nothing */
};

/* Chance */

/* Mostly near a border of blocks. */
static inline __u64 pick_place(__u64 size)
{
	const __u64 of_1g[] = { 0, PFNMAP_2M, PFNMAP_1G / 2, PFNMAP_1G - PFNMAP_2M };
	const __u64 of_2m[] = { 0, PFNMAP_4K, PFNMAP_2M / 2, PFNMAP_2M - PFNMAP_4K };
	__u64 at = race_pick(size / arena.block) * arena.block;

	if (!race_pick(8))
		return race_pick(size / PFNMAP_4K) * PFNMAP_4K;
	if (arena.block == PFNMAP_1G)
		at += of_1g[race_pick(4)];
	return at + of_2m[race_pick(4)];
}

static inline __u64 pick_grain(void)
{
	const __u64 grain[] = { PFNMAP_4K, PFNMAP_4K, PFNMAP_4K, PFNMAP_2M, PFNMAP_2M, arena.block };

	return grain[race_pick(6)];
}

static inline void pick_range_of(struct op *op, __u64 size)
{
	__u64 grain = pick_grain();

	do {
		op->start = pick_place(size) & -grain;
		op->start += grain > PFNMAP_4K && !race_pick(3) ? PFNMAP_4K : 0;
		op->end = race_pick(4) ? op->start + grain * (1 + race_pick(3)) : pick_place(size);
		op->end = op->end < size ? op->end : size;
	} while (op->start >= op->end);
}

static inline bool pick_range(struct op *op)
{
	pick_range_of(op, arena.size);
	return true;
}

static inline bool pick_mapped(struct op *op)
{
	__u64 end;
	int i;

	for (i = 0; i < TRIES; i++) {
		pick_range(op);
		end = model_mapped_until(&arena.model, op->start);
		op->end = op->end < end ? op->end : end;
		if (op->start < op->end)
			return true;
	}
	return false;
}

/* In one vma, more than a page. */
static inline bool pick_in_vma(struct op *op)
{
	__u64 end;

	if (!pick_mapped(op))
		return false;
	end = span_end(&arena.model, model_find(&arena.model, op->start));
	op->end = op->end < end ? op->end : end;
	op->to = op->start;
	op->size = race_pick((op->end - op->start) / PFNMAP_4K) * PFNMAP_4K;
	return op->size;
}

/* A place that differs from @start by whole blocks, or now and then by smaller ones. */
static inline __u64 pick_congruent(__u64 start, __u64 size)
{
	__u64 at = start % arena.block + race_pick(size / arena.block) * arena.block;

	if (race_pick(3))
		return at;
	return at + (1 + race_pick(3)) * (race_pick(2) ? PFNMAP_2M : PFNMAP_4K);
}

/* Operations */

static inline void due_zero(const char *name, long ret)
{
	if (ret)
		wrong("%s: %ld, errno %d", name, ret, errno);
}

static inline bool pick_protect(struct op *op)
{
	const int prot[] = { RW, RW, PROT_READ, PROT_NONE };

	op->arg = prot[race_pick(4)];
	return pick_mapped(op);
}

/* What is changed of a vma, maybe in several spans, becomes a vma of its own. */
struct cut {
	unsigned int from, vma;
};

static inline void cut_out(struct state *s, struct cut *cut)
{
	if (cut->from != s->vma)
		*cut = (struct cut) { .from = s->vma, .vma = ++arena.births };
	s->vma = cut->vma;
}

static inline void run_protect(const struct op *op)
{
	struct cut cut = {};
	struct state *s;
	int i;

	due_zero("mprotect()", mprotect(arena.va + op->start, op->end - op->start, op->arg));
	model_for_range(&arena.model, i, op->start, op->end) {
		s = &arena.model.span[i].state;
		if (s->prot != op->arg)
			cut_out(s, &cut);
		s->prot = op->arg;
	}
	model_join(&arena.model);
}

static inline void run_unmap(const struct op *op)
{
	due_zero("munmap()", munmap(arena.va + op->start, op->end - op->start));
	model_unset(&arena.model, op->start, op->end);
}

static inline bool pick_map(struct op *op)
{
	const int prot[] = { RW, RW, RW, PROT_READ, PROT_NONE };
	__u64 size;

	op->arg = prot[race_pick(5)];
	pick_range(op);
	size = op->end - op->start < arena.bar ? op->end - op->start : arena.bar;
	op->end = op->start + size;
	op->offset = pick_congruent(op->start, arena.bar);
	if (op->offset + size > arena.bar)
		op->offset = op->start % arena.block;
	if (op->offset + size > arena.bar)
		op->offset = arena.bar - size;
	return true;
}

static inline void run_map(const struct op *op)
{
	const struct state s = {
		.mapped = true,
		.prot = op->arg,
		.vma = ++arena.births,
		.birth = arena.births,
		.offset = op->offset,
	};
	char *va = arena.va + op->start;

	if (source_map_at(&arena.source, va, op->arg, op->offset, op->end - op->start) != va)
		wrong("mmap(): errno %d", errno);
	model_set(&arena.model, op->start, op->end, s);
}

/* All of the arena anew, by the largest entries. */
static inline bool pick_renew(struct op *op)
{
	*op = (struct op) { .verb = op->verb, .end = arena.size };
	return true;
}

static inline void run_renew(const struct op *op)
{
	struct op part = { .arg = RW, .end = arena.bar };

	run_unmap(op);
	run_map(&part);
	part.start = arena.bar;
	part.end = arena.size;
	run_map(&part);
}

static inline bool pick_move(struct op *op)
{
	__u64 size;
	int i;

	if (!pick_in_vma(op))
		return false;
	size = op->end - op->start;
	op->size = race_pick(4) ? size : op->size;
	for (i = 0; i < TRIES; i++) {
		op->to = pick_congruent(op->start, arena.size);
		if (op->to + size <= arena.size &&
		    (op->to + size <= op->start || op->end <= op->to))
			return true;
	}
	return false;
}

static inline void run_move(const struct op *op)
{
	struct state s = model_at(&arena.model, op->start);
	char *from = arena.va + op->start, *to = arena.va + op->to;
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;

	if (mremap(from, op->end - op->start, op->size, flags, to) != to)
		wrong("mremap(): errno %d", errno);
	s.vma = ++arena.births;
	model_unset(&arena.model, op->start, op->end);
	model_set(&arena.model, op->to, op->to + op->size, s);
}

static inline void run_shrink(const struct op *op)
{
	char *va = arena.va + op->start;

	if (mremap(va, op->end - op->start, op->size, 0) != va)
		wrong("mremap(): errno %d", errno);
	model_unset(&arena.model, op->start + op->size, op->end);
}

static const struct {
	int advice;
	unsigned int clear, set;
} advices[] = {
	{ MADV_NORMAL, MODEL_RANDOM | MODEL_SEQUENTIAL, 0 },
	{ MADV_RANDOM, MODEL_SEQUENTIAL, MODEL_RANDOM },
	{ MADV_SEQUENTIAL, MODEL_RANDOM, MODEL_SEQUENTIAL },
	{ MADV_NOHUGEPAGE, MODEL_HUGE, MODEL_NOHUGE },
	{ MADV_HUGEPAGE, MODEL_NOHUGE, MODEL_HUGE },
	{ MADV_DONTFORK, 0, MODEL_DONTFORK },
};

static inline bool pick_advise(struct op *op)
{
	op->arg = race_pick(ARRAY_SIZE(advices));
	return pick_mapped(op);
}

static inline void run_advise(const struct op *op)
{
	const unsigned int clear = advices[op->arg].clear, set = advices[op->arg].set;
	struct cut cut = {};
	struct state *s;
	int i;

	due_zero("madvise()", madvise(arena.va + op->start, op->end - op->start,
				      advices[op->arg].advice));
	model_for_range(&arena.model, i, op->start, op->end) {
		s = &arena.model.span[i].state;
		if (((s->flags & ~clear) | set) != s->flags)
			cut_out(s, &cut);
		s->flags = (s->flags & ~clear) | set;
	}
	model_join(&arena.model);
}

#endif /* _PFNMAP_ARENA_OPS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on an arena that take more than its process: fork(), and what a device does.
 */
#ifndef _PFNMAP_ARENA_OTHERS_H
#define _PFNMAP_ARENA_OTHERS_H

#include "pfnmap_arena_ops.h"

static inline bool pick_nothing(struct op *op)
{
	return true;
}

/* A child does not have everything. */
static inline void forget_dontfork(void)
{
	struct model *m = &arena.model;
	int i;

	for (i = 0; i < m->count; i++)
		if (m->span[i].state.flags & MODEL_DONTFORK)
			m->span[i].state = (struct state) {};
	model_join(m);
}

/* Looks around, and then changes something. */
static inline void be_a_child(const struct op *op)
{
	struct op own = *op;
	int i;

	forget_dontfork();
	check_border(op->start, false);
	check_border(op->end, false);
	for (i = 0; i < 8; i++)
		check_page(pick_place(arena.size), false);
	if (race_pick(2) && pick_protect(&own))
		run_protect(&own);
	else if (pick_range(&own))
		run_unmap(&own);
	check_border(own.start, false);
	check_border(own.end, false);
}

static inline void run_fork(const struct op *op)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		be_a_child(op);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		wrong("fork(): %d, status %#x", pid, status);
}

/* Takes the entries of a range of the BAR, wherever it is mapped. */
static inline void zap_model(__u64 from, __u64 to)
{
	struct model *m = &arena.model;
	__u64 low, high, bytes;
	struct span span;
	int i;

	arena.births++;
	for (i = 0; i < m->count; i++) {
		span = m->span[i];
		bytes = span_end(m, i) - span.start;
		low = from > span.state.offset ? from - span.state.offset : 0;
		high = to > span.state.offset ? to - span.state.offset : 0;
		if (!span.state.mapped || low >= bytes || low >= high)
			continue;
		i = model_cut(m, span.start + low);
		model_cut(m, span.start + (high < bytes ? high : bytes));
		m->span[i].state.birth = arena.births;
		m->span[i].state.hole = arena.holes;
	}
	model_join(m);
}

static inline void run_zap(const struct op *op)
{
	due_zero("zap", arena.source.kind->zap(&arena.source));
	zap_model(0, arena.bar);
}

static inline bool pick_zap_range(struct op *op)
{
	pick_range_of(op, arena.bar);
	return can_zap_range(&arena.source);
}

static inline void run_zap_range(const struct op *op)
{
	due_zero("zap of a range",
		 device_zap_range(&arena.source, op->start, op->end - op->start));
	zap_model(op->start, op->end);
}

#endif /* _PFNMAP_ARENA_OTHERS_H */

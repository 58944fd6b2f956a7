// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on an arena: each chooses at random what to do, and does it to the kernel and to the
 * model.
 */
#include <unistd.h>
#include <linux/fs.h>

#include "arena_ops.h"
#include "child.h"
#include "kselftest.h"
#include "proc.h"
#include "race.h"

#define TRIES	16
#define READ	8192	/* entries of pagemap that one look reads, at most */

/* Chance */

__u64 pick_place(__u64 size)
{
	const __u64 of_pud[] = { 0, PMD_SIZE, PFNMAP_1G / 2, PFNMAP_1G - PMD_SIZE };
	const __u64 of_pmd[] = { 0, PAGE_SIZE, PMD_SIZE / 2, PMD_SIZE - PAGE_SIZE };
	__u64 at = race_pick(size / arena.block) * arena.block;

	if (!race_pick(8))
		return race_pick(size / PAGE_SIZE) * PAGE_SIZE;
	if (arena.block == PFNMAP_1G)
		at += of_pud[race_pick(4)];
	return at + of_pmd[race_pick(4)];
}

static __u64 pick_grain(void)
{
	const __u64 grain[] = {
		PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, PMD_SIZE, PMD_SIZE, arena.block,
	};

	return grain[race_pick(6)];
}

static void pick_range_of(struct op *op, __u64 size)
{
	__u64 grain = pick_grain();

	do {
		op->start = pick_place(size) & -grain;
		op->start += grain > PAGE_SIZE && !race_pick(3) ? PAGE_SIZE : 0;
		op->end = race_pick(4) ? op->start + grain * (1 + race_pick(3)) : pick_place(size);
		op->end = op->end < size ? op->end : size;
	} while (op->start >= op->end);
}

static bool pick_range(struct op *op)
{
	pick_range_of(op, arena.size);
	return true;
}

static bool pick_mapped(struct op *op)
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
static bool pick_in_vma(struct op *op)
{
	__u64 end;

	if (!pick_mapped(op))
		return false;
	end = span_end(&arena.model, model_find(&arena.model, op->start));
	op->end = op->end < end ? op->end : end;
	op->to = op->start;
	op->size = race_pick((op->end - op->start) / PAGE_SIZE) * PAGE_SIZE;
	return op->size;
}

/* A place that differs from @start by whole blocks, or now and then by smaller ones. */
static __u64 pick_congruent(__u64 start, __u64 size)
{
	__u64 at = start % arena.block + race_pick(size / arena.block) * arena.block;

	if (race_pick(3))
		return at;
	return at + (1 + race_pick(3)) * (race_pick(2) ? PMD_SIZE : PAGE_SIZE);
}

/* Operations */

static void due_zero(const char *name, long ret)
{
	if (ret)
		wrong("%s: %ld, errno %d", name, ret, errno);
}

static bool pick_protect(struct op *op)
{
	const int prot[] = { RW, RW, PROT_READ, PROT_NONE };

	op->arg = prot[race_pick(4)];
	return pick_mapped(op);
}

/* What is changed of a vma, maybe in several spans, becomes a vma of its own. */
struct cut {
	unsigned int from, vma;
};

static void cut_out(struct state *s, struct cut *cut)
{
	if (cut->from != s->vma)
		*cut = (struct cut) { .from = s->vma, .vma = ++arena.births };
	s->vma = cut->vma;
}

static void run_protect(const struct op *op)
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

void run_unmap(const struct op *op)
{
	due_zero("munmap()", munmap(arena.va + op->start, op->end - op->start));
	model_unset(&arena.model, op->start, op->end);
}

static bool pick_map(struct op *op)
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

void run_map(const struct op *op)
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

/* Picks all of the arena, to be mapped again, by the largest entries. */
static bool pick_renew(struct op *op)
{
	*op = (struct op) { .verb = op->verb, .end = arena.size };
	return true;
}

void run_renew(const struct op *op)
{
	struct op part = { .arg = RW, .end = arena.bar };

	run_unmap(op);
	run_map(&part);
	part.start = arena.bar;
	part.end = arena.size;
	run_map(&part);
}

static bool pick_move(struct op *op)
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

static void run_move(const struct op *op)
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

static void run_shrink(const struct op *op)
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

static bool pick_advise(struct op *op)
{
	op->arg = race_pick(ARRAY_SIZE(advices));
	return pick_mapped(op);
}

static void run_advise(const struct op *op)
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

/* Operations that take more than one process */

static bool pick_nothing(struct op *op)
{
	return true;
}

/* A child does not have everything. */
static void forget_dontfork(void)
{
	struct model *m = &arena.model;
	int i;

	for (i = 0; i < m->count; i++)
		if (m->span[i].state.flags & MODEL_DONTFORK)
			m->span[i].state = (struct state) {};
	model_join(m);
}

/* Looks around, and then changes something. */
static void be_a_child(const struct op *op)
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

static void run_fork(const struct op *op)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		be_a_child(op);
		_exit(0);
	}
	status = child_status(pid);
	if (status)
		wrong("fork(): %d, status %#x", pid, status);
}

/* Takes the entries of a range of the BAR, wherever it is mapped. */
static void zap_model(__u64 from, __u64 to)
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

static void run_zap(const struct op *op)
{
	due_zero("zap", source_zap(&arena.source));
	zap_model(0, arena.bar);
}

static bool pick_zap_range(struct op *op)
{
	pick_range_of(op, arena.bar);
	return can_zap_range(&arena.source);
}

static void run_zap_range(const struct op *op)
{
	due_zero("zap of a range",
		 device_zap_range(&arena.source, op->start, op->end - op->start));
	zap_model(op->start, op->end);
}

/* Operations that only look */

static void read_all(const char *path)
{
	long ret = proc_read(path);

	if (ret < 0)
		wrong("%s: errno %ld", path, -ret);
}

static void read_pages(const struct op *op)
{
	__u64 pages = (op->end - op->start) / PAGE_SIZE, at, left;

	pages = pages < READ ? pages : READ;
	for (at = 0; at < pages; at += PAGEMAP_PAGES) {
		left = pages - at < PAGEMAP_PAGES ? pages - at : PAGEMAP_PAGES;
		if (!read_pagemap(PAGEMAP, arena.va + op->start + at * PAGE_SIZE, left))
			wrong("pagemap: errno %d", errno);
	}
}

static void read_mincore(const struct op *op)
{
	__u64 size = op->end - op->start;

	size = size < sizeof(proc_text) * PAGE_SIZE ? size : sizeof(proc_text) * PAGE_SIZE;
	if (mincore(arena.va + op->start, size, (unsigned char *)proc_text) && errno != ENOMEM)
		wrong("mincore(): errno %d", errno);
}

static void scan_pages(const struct op *op)
{
	struct page_region region[8];
	const struct pm_scan_arg arg = {
		.vec = (uintptr_t)region,
		.vec_len = 8,
		.category_mask = PAGE_IS_PRESENT,
		.return_mask = PAGE_IS_PRESENT,
	};
	long ret = scan_pagemap(arena.va + op->start, op->end - op->start, arg);

	if (ret < 0)
		wrong("PAGEMAP_SCAN: errno %ld", -ret);
}

static bool pick_touch(struct op *op)
{
	op->start = pick_place(arena.size);
	op->end = op->start + PAGE_SIZE;
	op->arg = race_pick(2);
	return true;
}

static void run_touch(const struct op *op)
{
	check_page(op->start, op->arg);
}

static bool pick_look(struct op *op)
{
	op->arg = race_pick(6);
	return pick_range(op);
}

static void run_look(const struct op *op)
{
	switch (op->arg) {
	case 0: return read_all("/proc/self/smaps");
	case 1: return read_all("/proc/self/smaps_rollup");
	case 2: return read_all("/proc/self/numa_maps");
	case 3: return read_pages(op);
	case 4: return read_mincore(op);
	default: return scan_pages(op);
	}
}

const struct verb verbs[] = {
	{ "mprotect", 20, pick_protect, run_protect },
	{ "munmap", 10, pick_range, run_unmap },
	{ "mmap", 16, pick_map, run_map },
	{ "move", 12, pick_move, run_move },
	{ "shrink", 4, pick_in_vma, run_shrink },
	{ "madvise", 10, pick_advise, run_advise },
	{ "zap_range", 6, pick_zap_range, run_zap_range },
	{ "zap", 1, pick_nothing, run_zap },
	{ "renew", 4, pick_renew, run_renew },
	{ "fork", 3, pick_range, run_fork, true },
	{ "look", 6, pick_look, run_look, true },
	{ "touch", 8, pick_touch, run_touch, true },
};


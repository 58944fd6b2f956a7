/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation on one part of a mapping, from mmap() to munmap(): what the pages hold, and who may
 * access them.
 */
#ifndef _HUGE_PFNMAP_CHECK_H
#define _HUGE_PFNMAP_CHECK_H

#include "huge_pfnmap_operation.h"

/* What a page does */

/* What may not be read may not be written, either. */
static inline void check_refused(struct __test_metadata *_metadata, struct cut *cut, __u64 at,
				 int sig)
{
	ASSERT_EQ(sig, try_read(cut->arena + at))
		IN_CASE(cut, at);
}

static inline void check_word(struct __test_metadata *_metadata, struct cut *cut, __u64 at,
			      __u64 value)
{
	ASSERT_EQ(0, try_read(cut->arena + at))
		IN_CASE(cut, at);
	ASSERT_EQ(value, bar_read(cut->arena + at))
		IN_CASE(cut, at);
}

static inline void check_writable(struct __test_metadata *_metadata, struct cut *cut, __u64 at,
				  __u64 value)
{
	check_word(_metadata, cut, at, value);
	ASSERT_EQ(0, try_write(cut->arena + at, value))
		IN_CASE(cut, at);
}

static inline void check_access(struct __test_metadata *_metadata, struct cut *cut, __u64 at,
				enum access access)
{
	switch (access) {
	case WRITABLE:
		return check_writable(_metadata, cut, at, word(cut, at));
	case READABLE:
		check_word(_metadata, cut, at, word(cut, at));
		ASSERT_EQ(SIGSEGV, try_write(cut->arena + at, 0))
			IN_CASE(cut, at);
		return;
	case MOVED:
		check_writable(_metadata, cut, at + cut->op->shift, word(cut, at));
		return check_refused(_metadata, cut, at, SIGSEGV);
	case FORBIDDEN:
	case GONE:
		return check_refused(_metadata, cut, at, SIGSEGV);
	case DROPPED:
		if (cut->self->filled)
			return check_refused(_metadata, cut, at, SIGBUS);
		return check_writable(_metadata, cut, at, word(cut, at));
	case OTHER:
		return check_writable(_metadata, cut, at, word(cut, beside(cut, at)));
	case MEMORY:
		check_writable(_metadata, cut, at, 0);
		bar_write(cut->arena + at, ~0ULL);
	}
}

static inline enum access access_of(const struct cut *cut, __u64 at)
{
	return within(cut->part, at) ? cut->op->inside : cut->op->outside;
}

static inline void check_pages(struct __test_metadata *_metadata, struct cut *cut)
{
	__u64 at;
	int i;

	for_each_spot(i, at, cut)
		check_access(_metadata, cut, at, access_of(cut, at));
}

/* The pages in and around the part are as they were at first. */
static inline void check_all_writable(struct __test_metadata *_metadata, struct cut *cut)
{
	__u64 at;
	int i;

	for_each_spot(i, at, cut)
		check_access(_metadata, cut, at, WRITABLE);
}

/* A case */

static inline struct range before_part(const struct cut *cut)
{
	return (struct range) { cut->all.start, cut->part.start };
}

static inline struct range behind_part(const struct cut *cut)
{
	return (struct range) { cut->part.end, cut->all.end };
}

/* Makes the mapping what it is before the operation. */
static inline void prepare(struct __test_metadata *_metadata, struct cut *cut, int arena)
{
	cut_open(_metadata, cut, arena);
	if (cut->op->outside == WRITABLE)
		return;
	ASSERT_EQ(0, protect(cut, cut->all, PROT_NONE));
}

static inline void operate(struct __test_metadata *_metadata, struct cut *cut)
{
	ASSERT_EQ(0, cut->op->run(cut))
		IN_CASE(cut, cut->part.start);
}

static inline int restore_part(struct cut *cut)
{
	const enum access inside = cut->op->inside;

	if (inside == WRITABLE)
		return 0;
	if (inside == READABLE || inside == FORBIDDEN)
		return protect(cut, cut->part, RW);
	return cut_map(cut, cut->part, cut->part.start) == part_at(cut) ? 0 : -errno;
}

/* Makes all of it writable again, by a new mapping where the old one is gone. */
static inline void restore(struct __test_metadata *_metadata, struct cut *cut)
{
	ASSERT_EQ(0, restore_part(cut));
	if (cut->op->outside == WRITABLE)
		return;
	ASSERT_EQ(0, protect(cut, before_part(cut), RW));
	ASSERT_EQ(0, protect(cut, behind_part(cut), RW));
}

/* Pages that all have entries are made, moved and unmapped one by one. */
static inline bool too_much(const split_t *self, const struct operation *op,
			    const struct grain *grain)
{
	__u64 size = grain->part.end - grain->part.start ?: pfnmap_size(self->level);

	if (self->level == PFNMAP_PTE && !grain->chosen)
		return true;
	return size > MIB(8) && (op->by_pages || self->filled);
}

/* The first grain from @grain on that is to be tested, or NULL. */
static inline const struct grain *next_grain(const split_t *self, const struct operation *op,
					     const struct grain *grain)
{
	while (grain < grains + GRAINS && too_much(self, op, grain))
		grain++;
	return grain < grains + GRAINS ? grain : NULL;
}

#define for_each_grain(grain, op, self) \
	for (grain = next_grain(self, op, grains); grain; \
	     grain = next_grain(self, op, grain + 1))

/* These must pass on every kernel. */
static inline void check_operation(struct __test_metadata *_metadata, split_t *self,
				   const struct operation *op)
{
	static struct cut cut;
	const struct grain *grain;

	for_each_grain(grain, op, self) {
		cut = (struct cut) { .self = self, .op = op, .grain = grain };
		prepare(_metadata, &cut, 0);
		operate(_metadata, &cut);
		check_pages(_metadata, &cut);
		restore(_metadata, &cut);
		check_all_writable(_metadata, &cut);
		cut_close(_metadata, &cut);
	}
	EXPECT_EQ(self->kb, table_kb());
}

static inline void check_operations(struct __test_metadata *_metadata, split_t *self,
				    const struct operation *const *list)
{
	for_each_operation(op, list)
		check_operation(_metadata, self, op);
}

#endif /* _HUGE_PFNMAP_CHECK_H */

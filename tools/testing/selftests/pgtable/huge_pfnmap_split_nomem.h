/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mapping of two blocks, calls that change a part of it, and what each page must do when an
 * allocation of the call has failed.
 */
#ifndef _HUGE_PFNMAP_SPLIT_NOMEM_H
#define _HUGE_PFNMAP_SPLIT_NOMEM_H

#include <sys/mman.h>

#include "pfnmap_harness.h"
#include "pfnmap_access.h"
#include "pfnmap_fail.h"
#include "pfnmap_prefilled.h"

#define RW	(PROT_READ | PROT_WRITE)
#define MOST	200	/* allocations that one call may need */
#define PROBES	10

FIXTURE(nomem)
{
	struct pfnmap_source source;
	int follow;		/* the test device */
	int fail;		/* fail_open() */
	bool rust;		/* nothing is dropped for want of a smaller entry */
	bool fills;		/* mmap() makes the entries, and no fault does */
	__u64 block;		/* bytes of one entry */
	__u64 size;		/* bytes mapped: two blocks */
	__u64 skew;		/* of what moves, bytes */
	char *va;
};

#define nomem_t	FIXTURE_DATA(nomem)

FIXTURE_VARIANT(nomem)
{
	const struct pfnmap_kind *kind;
	enum pfnmap_level level;
};

FIXTURE_VARIANT_ADD(nomem, vfio_pmd) { .kind = &vfio_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(nomem, device_pmd) { .kind = &device_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(nomem, prefilled_pmd) { .kind = &prefilled_kind, .level = PFNMAP_PMD };
#ifndef __aarch64__	/* which has no larger entries */
FIXTURE_VARIANT_ADD(nomem, vfio_pud) { .kind = &vfio_kind, .level = PFNMAP_PUD };
FIXTURE_VARIANT_ADD(nomem, device_pud) { .kind = &device_kind, .level = PFNMAP_PUD };
FIXTURE_VARIANT_ADD(nomem, prefilled_pud) { .kind = &prefilled_kind, .level = PFNMAP_PUD };
#endif

/* What a call makes of its part of the mapping. */
enum after { SAME, READ_ONLY, NO_ACCESS, GONE, MOVED, ZAPPED };

struct call {
	int (*run)(nomem_t *self, __u64 at, __u64 size);	/* returns 0 or -errno */
	enum after after;
	bool to_end;		/* the part goes on to the end of the mapping */
	bool drops;		/* without memory: blocks that faults bring back */
	bool drops_all;		/* always */
	bool leaves_gap;	/* where it fails late */
	bool leaves_vma;	/* without an entry, where it cannot be cut away in the end */
	int error;		/* that it may end in besides -ENOMEM */
};

static inline int result(int ret)
{
	return ret ? -errno : 0;
}

/* What the BAR holds at @offset. */
static inline __u64 word(__u64 offset)
{
	return 0x9e3779b97f4a7c15ULL * (offset + 1);
}

/* Where a call moves what is at @at of the mapping. */
static inline char *moved_to(nomem_t *self, __u64 at)
{
	return self->va + 2 * self->size + at + self->skew;
}

/* Pages at the borders of the part and of both blocks; in the middle of the other one. */
static inline __u64 probe(nomem_t *self, __u64 at, __u64 size, int i)
{
	const __u64 probes[PROBES] = {
		at - PFNMAP_4K, at, at + size - PFNMAP_4K, at + size, 0, self->block - PFNMAP_4K,
		self->block, self->size - PFNMAP_4K, self->block / 2 + PFNMAP_2M / 2 - PFNMAP_4K,
		self->block * 3 / 2,
	};

	return probes[i] < self->size ? probes[i] : 0;
}

#define for_each_probe(page, i, self, at, size)				\
	for (i = 0; i < PROBES && (page = probe(self, at, size, i), true); i++)

/* The page at @offset of the BAR is at @va, and was not dropped if it must not be. */
static inline void check_there(struct __test_metadata *_metadata, nomem_t *self, char *va,
			       __u64 offset, bool writable, bool kept)
{
	struct test_pfnmap_follow f;
	int ret = pfnmap_follow(self->follow, va, 1, &f);

	EXPECT_TRUE(!kept || !ret)
		TH_LOG("%#llx was dropped", offset);
	EXPECT_EQ(0, try_read(va));
	EXPECT_EQ(word(offset), bar_read(va));
	ASSERT_EQ(0, pfnmap_follow(self->follow, va, 1, &f));
	EXPECT_EQ((self->source.phys + offset) / PFNMAP_4K, f.pfn);
	EXPECT_EQ(writable, f.writable);
	EXPECT_EQ(1, f.special);
	EXPECT_EQ(writable ? 0 : SIGSEGV, try_write(va, word(offset)));
}

static inline bool is_there(nomem_t *self, char *va)
{
	struct test_pfnmap_follow f;

	return pfnmap_follow(self->follow, va, 1, &f) != -EINVAL;
}

static inline void check_none(struct __test_metadata *_metadata, nomem_t *self, char *va, int sig)
{
	EXPECT_FALSE(is_there(self, va));
	EXPECT_EQ(sig, try_read(va));
}

/* What was taken from a place is not there, before a read of something near can bring it back. */
static inline void check_taken(struct __test_metadata *_metadata, nomem_t *self,
			       const struct call *call, __u64 at, bool injected)
{
	char *va = self->va + at;

	if (call->after != ZAPPED && call->after != MOVED)
		return;
	EXPECT_FALSE(is_there(self, va));
	if (call->after == MOVED && !(injected && call->leaves_vma))
		EXPECT_EQ(SIGSEGV, try_read(va));
}

/* A page of the part after the call has done its work. */
static inline void check_after(struct __test_metadata *_metadata, nomem_t *self,
			       const struct call *call, __u64 page, bool kept)
{
	char *va = self->va + page;

	switch (call->after) {
	case SAME:
		return check_there(_metadata, self, va, page, true, kept);
	case READ_ONLY:
		return check_there(_metadata, self, va, page, false, kept && !call->drops);
	case NO_ACCESS:
		EXPECT_EQ(SIGSEGV, try_read(va));
		return;
	case GONE:
		return check_none(_metadata, self, va, SIGSEGV);
	case MOVED:
		return check_there(_metadata, self, moved_to(self, page), page, true, kept);
	case ZAPPED:
		if (self->fills)
			return check_none(_metadata, self, va, SIGBUS);
		check_there(_metadata, self, va, page, true, false);
	}
}

/* Two blocks, in one entry each where they can be. */
static inline void map_all(struct __test_metadata *_metadata, nomem_t *self, __u64 at, __u64 size)
{
	__u64 page;
	int i;

	ASSERT_EQ(self->va, source_map_at(&self->source, self->va, RW, 0, self->size));
	for_each_probe(page, i, self, at, size)
		bar_write(self->va + page, word(page));
}

static inline void unmap_all(struct __test_metadata *_metadata, nomem_t *self)
{
	EXPECT_EQ(0, munmap(self->va, 4 * self->size));
}

/* Calls once, and @nth allocation fails; returns whether there was one. */
static inline bool call_without(struct __test_metadata *_metadata, nomem_t *self,
				const struct call *call, __u64 at, __u64 size, int nth)
{
	const __u64 end = call->to_end ? self->size : at + size;
	bool injected, kept, gap;
	__u64 page;
	int i, ret;

	map_all(_metadata, self, at, size);
	fail_nth(self->fail, nth);
	ret = call->run(self, at, size);
	injected = fail_end(self->fail);
	EXPECT_TRUE(!ret || (injected && (ret == -ENOMEM || ret == call->error)))
		TH_LOG("returned %d", ret);
	if (!ret)
		check_taken(_metadata, self, call, at, injected);
	kept = self->fills || (self->rust && !call->drops_all && !(call->drops && injected));
	gap = ret && call->leaves_gap && try_read(self->va + at);
	for_each_probe(page, i, self, at, size) {
		if (page < at || page >= end)
			check_there(_metadata, self, self->va + page, page, true, kept);
		else if (gap)
			check_none(_metadata, self, self->va + page, SIGSEGV);
		else if (ret)
			check_there(_metadata, self, self->va + page, page, true, kept);
		else
			check_after(_metadata, self, call, page, kept);
	}
	if (ret)
		check_none(_metadata, self, moved_to(self, at), SIGSEGV);
	unmap_all(_metadata, self);
	return injected;
}

/* Lets the first allocation fail, then the second, until there are no more. */
static inline void call_each(struct __test_metadata *_metadata, nomem_t *self,
			     const struct call *call, __u64 at, __u64 size)
{
	/* A zap alone allocates no vma; where tables are there, it allocates nothing. */
	const bool none = call->after == ZAPPED && (self->fills || !self->rust);
	const int least = none || call->drops_all ? 0 : 1;
	long before = own_tables_kb();
	int nth = 1;

	while (nth < MOST && _metadata->exit_code == KSFT_PASS &&
	       call_without(_metadata, self, call, at, size, nth))
		nth++;
	TH_LOG("%#llx bytes at %#llx: %d allocations failed", size, at, nth - 1);
	EXPECT_LT(least, nth);
	EXPECT_GT(MOST, nth);
	EXPECT_EQ(before, own_tables_kb());
}

FIXTURE_SETUP(nomem)
{
	int ret = variant->kind->open(&self->source, variant->level);
	struct test_pfnmap_follow f;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	self->source.kind = variant->kind;
	self->follow = pfnmap_follow_open();
	ASSERT_LE(0, self->follow);
	ASSERT_EQ(0, catch_refusals());
	self->fail = fail_open();
	self->fills = variant->kind == &prefilled_kind;
	self->block = pfnmap_size(variant->level);
	self->size = 2 * self->block;
	ASSERT_LE(self->size, self->source.size);
	self->va = pfnmap_pick(variant->level, self->source.phys, 4 * self->size);
	ASSERT_NE(MAP_FAILED, self->va);
	map_all(_metadata, self, 0, PFNMAP_4K);
	ASSERT_EQ(0, pfnmap_follow(self->follow, self->va, 1, &f));
	EXPECT_TRUE(self->fills || f.addr_mask == -self->block);
	self->rust = f.rust;
	unmap_all(_metadata, self);
	/* By pages small blocks will do: to fill large ones takes long. */
	if (f.addr_mask == -PFNMAP_4K) {
		self->block = PFNMAP_2M;
		self->size = 2 * PFNMAP_2M;
	}
}

FIXTURE_TEARDOWN(nomem)
{
	close(self->source.file);
}

#endif /* _HUGE_PFNMAP_SPLIT_NOMEM_H */

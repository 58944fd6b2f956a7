// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on a part of a huge PFN mapping while each allocation fails in turn: a call that fails
 * has changed nothing, one that works has done all, nothing is lost and nothing leaks.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "lib/access.h"
#include "lib/fail.h"
#include "lib/kinds.h"
#include "lib/lookup.h"
#include "lib/need.h"
#include "lib/proc.h"
#include "lib/source.h"

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

VARIANT_OF_KIND(nomem);
HUGE_VARIANTS(nomem, vfio);
HUGE_VARIANTS(nomem, device);
HUGE_VARIANTS(nomem, prefilled);

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

/* Where a call moves what is at @at of the mapping. */
static char *moved_to(nomem_t *self, __u64 at)
{
	return self->va + 2 * self->size + at + self->skew;
}

/* Pages at the borders of the part and of both blocks; in the middle of the other one. */
static __u64 probe(nomem_t *self, __u64 at, __u64 size, int i)
{
	const __u64 probes[PROBES] = {
		at - PAGE_SIZE, at, at + size - PAGE_SIZE, at + size, 0, self->block - PAGE_SIZE,
		self->block, self->size - PAGE_SIZE, self->block / 2 + PMD_SIZE / 2 - PAGE_SIZE,
		self->block * 3 / 2,
	};

	return probes[i] < self->size ? probes[i] : 0;
}

#define for_each_probe(page, i, self, at, size)				\
	for (i = 0; i < PROBES && (page = probe(self, at, size, i), true); i++)

/* The page at @offset of the BAR is at @va, and was not dropped if it must not be. */
static void check_there(struct __test_metadata *_metadata, nomem_t *self, char *va,
			       __u64 offset, bool writable, bool kept)
{
	struct test_pfnmap_follow f;
	int ret = pfnmap_follow(self->follow, va, 1, &f);

	EXPECT_TRUE(!kept || !ret)
		TH_LOG("%#llx was dropped", offset);
	EXPECT_EQ(0, try_read(va));
	EXPECT_EQ(word(offset), bar_read(va));
	ASSERT_EQ(0, pfnmap_follow(self->follow, va, 1, &f));
	EXPECT_EQ((self->source.phys + offset) / PAGE_SIZE, f.pfn);
	EXPECT_EQ(writable, f.writable);
	EXPECT_EQ(1, f.special);
	EXPECT_EQ(writable ? 0 : SIGSEGV, try_write(va, word(offset)));
}

static bool is_there(nomem_t *self, char *va)
{
	struct test_pfnmap_follow f;

	return pfnmap_follow(self->follow, va, 1, &f) != -EINVAL;
}

static void check_none(struct __test_metadata *_metadata, nomem_t *self, char *va, int sig)
{
	EXPECT_FALSE(is_there(self, va));
	EXPECT_EQ(sig, try_read(va));
}

/* What was taken from a place is not there, before a read of something near can bring it back. */
static void check_taken(struct __test_metadata *_metadata, nomem_t *self,
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
static void check_after(struct __test_metadata *_metadata, nomem_t *self,
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
static void map_all(struct __test_metadata *_metadata, nomem_t *self, __u64 at, __u64 size)
{
	__u64 page;
	int i;

	ASSERT_EQ(self->va, source_map_at(&self->source, self->va, RW, 0, self->size));
	for_each_probe(page, i, self, at, size)
		bar_write(self->va + page, word(page));
}

static void unmap_all(struct __test_metadata *_metadata, nomem_t *self)
{
	EXPECT_EQ(0, munmap(self->va, 4 * self->size));
}

/* Calls once, and @nth allocation fails; returns whether there was one. */
static bool call_without(struct __test_metadata *_metadata, nomem_t *self,
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
static void call_each(struct __test_metadata *_metadata, nomem_t *self,
			     const struct call *call, __u64 at, __u64 size)
{
	/* A zap allocates no vma: where it splits no block, it allocates nothing. */
	const bool splits = self->rust && !self->fills && !call->drops_all;
	const bool none = call->after == ZAPPED && !splits;
	long before = own_tables_kb();
	int nth = 1;

	while (nth < MOST && _metadata->exit_code == KSFT_PASS &&
	       call_without(_metadata, self, call, at, size, nth))
		nth++;
	if (_metadata->exit_code != KSFT_PASS)
		return;
	TH_LOG("%#llx bytes at %#llx: %d allocations failed", size, at, nth - 1);
	EXPECT_EQ(none, nth == 1);
	EXPECT_GT(MOST, nth);
	EXPECT_EQ(before, own_tables_kb());
}

FIXTURE_SETUP(nomem)
{
	int ret = source_open(&self->source, variant->kind, variant->level);
	struct test_pfnmap_follow f;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	self->follow = pfnmap_follow_open();
	ASSERT_LE(0, self->follow);
	ASSERT_EQ(0, catch_refusals());
	self->fail = fail_open();
	self->fills = variant->kind == &prefilled_kind;
	self->block = pfnmap_block(variant->level);
	self->size = 2 * self->block;
	ASSERT_LE(self->size, self->source.size);
	self->va = pfnmap_pick(variant->level, self->source.phys, 4 * self->size);
	ASSERT_NE(MAP_FAILED, self->va);
	map_all(_metadata, self, 0, PAGE_SIZE);
	ASSERT_EQ(0, pfnmap_follow(self->follow, self->va, 1, &f));
	EXPECT_TRUE(self->fills || f.addr_mask == -self->block);
	self->rust = f.rust;
	unmap_all(_metadata, self);
	/* By pages small blocks will do: to fill large ones takes long. */
	if (f.addr_mask == -PAGE_SIZE) {
		self->block = PMD_SIZE;
		self->size = 2 * PMD_SIZE;
	}
}

FIXTURE_TEARDOWN(nomem)
{
	close(self->source.file);
}

/* Calls */

static int do_read_only(nomem_t *self, __u64 at, __u64 size)
{
	return result(mprotect(self->va + at, size, PROT_READ));
}

static int do_no_access(nomem_t *self, __u64 at, __u64 size)
{
	return result(mprotect(self->va + at, size, PROT_NONE));
}

static int do_random(nomem_t *self, __u64 at, __u64 size)
{
	return result(madvise(self->va + at, size, MADV_RANDOM));
}

static int do_dontfork(nomem_t *self, __u64 at, __u64 size)
{
	return result(madvise(self->va + at, size, MADV_DONTFORK));
}

static int move(nomem_t *self, __u64 at, __u64 size)
{
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	char *to = moved_to(self, at);

	return mremap(self->va + at, size, size, flags, to) == to ? 0 : -errno;
}

static int do_move(nomem_t *self, __u64 at, __u64 size)
{
	self->skew = 0;
	return move(self, at, size);
}

static int do_move_by_a_page(nomem_t *self, __u64 at, __u64 size)
{
	self->skew = PAGE_SIZE;
	return move(self, at, size);
}

static int do_shrink(nomem_t *self, __u64 at, __u64 size)
{
	void *va = mremap(self->va, self->size, at, 0);

	return va == self->va ? 0 : -errno;
}

static int do_munmap(nomem_t *self, __u64 at, __u64 size)
{
	return result(munmap(self->va + at, size));
}

static int do_mmap_over(nomem_t *self, __u64 at, __u64 size)
{
	void *va = source_map_at(&self->source, self->va + at, PROT_READ, at, size);

	return va == self->va + at ? 0 : -errno;
}

static int do_zap_range(nomem_t *self, __u64 at, __u64 size)
{
	return device_zap_range(&self->source, at, size);
}

static int do_zap(nomem_t *self, __u64 at, __u64 size)
{
	return source_zap(&self->source);
}

/* Tests */

static void check_call(struct __test_metadata *_metadata, nomem_t *self, const struct call *call)
{
	long before;
	int i;

	if (self->fail < 0 || !fail_all())
		SKIP(return, "this kernel has no CONFIG_FAIL_PAGE_ALLOC or CONFIG_FAILSLAB");
	/* What a first time allocates to keep it. */
	call_without(_metadata, self, call, self->block / 2, PAGE_SIZE, 1);
	before = all_tables_kb();
	/* A page in the middle of a block of any size. */
	call_each(_metadata, self, call, self->block / 2 + 3 * PAGE_SIZE, PAGE_SIZE);
	/* Over the border of two blocks. */
	call_each(_metadata, self, call, self->block - PAGE_SIZE, 2 * PAGE_SIZE);
	if (self->block > PMD_SIZE) {
		call_each(_metadata, self, call, self->block / 2, PMD_SIZE);
		call_each(_metadata, self, call, self->block / 2 + PAGE_SIZE, PMD_SIZE);
	}
	/* The allocator of the kernel keeps some, and RCU may be late. */
	for (i = 0; i < 50 && all_tables_kb() > before + 4 * table_kb(); i++)
		;
	EXPECT_GT(50, i);
}

static const struct call read_only = { do_read_only, .after = READ_ONLY };
static const struct call no_access = { do_no_access, .after = NO_ACCESS };
/* madvise() has an errno of its own for it. */
static const struct call random_order = { do_random, .after = SAME, .error = -EAGAIN };
static const struct call dontfork = { do_dontfork, .after = SAME, .error = -EAGAIN };
/* mremap() does not say that it could not cut the old vma. */
static const struct call move_blocks = { do_move, .after = MOVED, .leaves_vma = true };
static const struct call move_by_a_page = { do_move_by_a_page, .after = MOVED, .leaves_vma = true };
static const struct call shrink = { do_shrink, .after = GONE, .to_end = true, .drops = true };
static const struct call unmap = { do_munmap, .after = GONE, .drops = true };
/* x86 says EINVAL where it could not note the cache mode of what mmap() fills. */
static const struct call map_over = {
	do_mmap_over, .after = READ_ONLY, .drops = true, .leaves_gap = true, .error = -EINVAL,
};
static const struct call zap_range = { do_zap_range, .after = ZAPPED, .drops = true };
static const struct call zap_all = { do_zap, .after = ZAPPED, .drops_all = true };

TEST_F_TIMEOUT(nomem, mprotect_read_only, 600)
{
	check_call(_metadata, self, &read_only);
}

TEST_F_TIMEOUT(nomem, mprotect_none, 600)
{
	check_call(_metadata, self, &no_access);
}

TEST_F_TIMEOUT(nomem, madvise_random, 600)
{
	check_call(_metadata, self, &random_order);
}

TEST_F_TIMEOUT(nomem, madvise_dontfork, 600)
{
	check_call(_metadata, self, &dontfork);
}

TEST_F_TIMEOUT(nomem, mremap_by_blocks, 600)
{
	check_call(_metadata, self, &move_blocks);
}

TEST_F_TIMEOUT(nomem, mremap_by_a_page, 600)
{
	check_call(_metadata, self, &move_by_a_page);
}

TEST_F_TIMEOUT(nomem, mremap_shrink, 600)
{
	check_call(_metadata, self, &shrink);
}

TEST_F_TIMEOUT(nomem, munmap, 600)
{
	check_call(_metadata, self, &unmap);
}

TEST_F_TIMEOUT(nomem, mmap_over, 600)
{
	check_call(_metadata, self, &map_over);
}

/* These cannot fail. vfio-pci zaps a BAR as a whole. */
TEST_F_TIMEOUT(nomem, zap, 600)
{
	check_call(_metadata, self, can_zap_range(&self->source) ? &zap_range : &zap_all);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on a part of a huge PFN mapping while each allocation fails in turn: what fails has
 * changed nothing, what works has done all, nothing is lost and nothing leaks.
 */
#define _GNU_SOURCE
#include "huge_pfnmap_split_nomem.h"

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
	self->skew = PFNMAP_4K;
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
	return self->source.kind->zap(&self->source);
}

/* Tests */

static void check_call(struct __test_metadata *_metadata, nomem_t *self, const struct call *call)
{
	long before;

	if (self->fail < 0 || !fail_all())
		SKIP(return, "this kernel has no CONFIG_FAIL_PAGE_ALLOC or CONFIG_FAILSLAB");
	/* What a first time allocates to keep it. */
	call_without(_metadata, self, call, self->block / 2, PFNMAP_4K, 1);
	before = all_tables_kb();
	/* A page in the middle of a block of any size. */
	call_each(_metadata, self, call, self->block / 2 + 3 * PFNMAP_4K, PFNMAP_4K);
	/* Over the border of two blocks. */
	call_each(_metadata, self, call, self->block - PFNMAP_4K, 2 * PFNMAP_4K);
	if (self->block > PFNMAP_2M) {
		call_each(_metadata, self, call, self->block / 2, PFNMAP_2M);
		call_each(_metadata, self, call, self->block / 2 + PFNMAP_4K, PFNMAP_2M);
	}
	/* The allocator of the kernel keeps some. */
	EXPECT_GE(before + 16, all_tables_kb());
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

/* These cannot fail. A BAR behind vfio-pci is zapped as a whole. */
TEST_F_TIMEOUT(nomem, zap, 600)
{
	check_call(_metadata, self, can_zap_range(&self->source) ? &zap_range : &zap_all);
}

TEST_HARNESS_MAIN

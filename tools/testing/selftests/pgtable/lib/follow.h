/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the follow_pfnmap tests, for programs: a BAR mapped by entries of one level.
 */
#ifndef _LIB_FOLLOW_H
#define _LIB_FOLLOW_H

#include "access.h"
#include "harness.h"
#include "lookup.h"
#include "need.h"
#include "vfio.h"

FIXTURE(follow)
{
	struct pfnmap_bar bar;
	enum pfnmap_level level;	/* that the BAR is mapped at */
	__u64 block;			/* bytes of one entry */
	__u64 size;			/* bytes mapped */
	char *va;
	int fd;				/* of the test device, or -errno */
};

FIXTURE_VARIANT(follow)
{
	enum pfnmap_level level;
};

FIXTURE_VARIANT_ADD(follow, pte) { .level = PFNMAP_PTE };
FIXTURE_VARIANT_ADD(follow, pmd) { .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(follow, pud) { .level = PFNMAP_PUD };

/* Some entries of the level, and not more than two GiB. */
static inline __u64 follow_size(enum pfnmap_level level)
{
	const __u64 size[] = { 2 * PMD_SIZE, 16 * PMD_SIZE, 2 * PFNMAP_1G };

	return size[level] < 2 * PFNMAP_1G ? size[level] : 2 * PFNMAP_1G;
}

FIXTURE_SETUP(follow)
{
	NEED(bar_open_large(&self->bar));
	/* The harness forks: pages of its own that a test writes first would count as faults. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_EQ(0, catch_refusals());
	self->level = pfnmap_arrives(variant->level);
	self->block = pfnmap_size(self->level);
	self->size = follow_size(variant->level);
	self->va = bar_map(&self->bar, variant->level, RW, 0, self->size);
	ASSERT_NE(MAP_FAILED, self->va);
	self->fd = pfnmap_follow_open();
}

FIXTURE_TEARDOWN(follow)
{
	bar_close(&self->bar);
}

#endif /* _LIB_FOLLOW_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the refusal tests share: where in a BAR they ask, memory that is not refused, and a vma of
 * frames that does not refuse by its flags.
 */
#ifndef _HUGE_PFNMAP_REFUSE_H
#define _HUGE_PFNMAP_REFUSE_H

#include <unistd.h>

#include "huge_pfnmap.h"
#include "pfnmap_prefilled.h"

/* Reports a skipped test and returns false where there is no @path. */
static inline bool need(struct __test_metadata *_metadata, const char *path, const char *what)
{
	if (access(path, F_OK))
		SKIP(return false, "this kernel has no %s", what);
	return true;
}

#define GUP_TEST	"/sys/kernel/debug/gup_test", "CONFIG_GUP_TEST"
#define IO_URING	"/proc/sys/kernel/io_uring_disabled", "CONFIG_IO_URING"
#define RAM_DISK	"/dev/ram0", "CONFIG_BLK_DEV_RAM"
#define NUMA		"/sys/devices/system/node/node0", "CONFIG_NUMA"
#define NUMA_MIGRATION	"/sys/kernel/mm/numa/demotion_enabled", "CONFIG_NUMA_MIGRATION"
#define SECOND_NODE	"/sys/devices/system/node/node1", "second node: boot it with numa=fake=2"
#define MEMORY_FAILURE	"/proc/sys/vm/memory_failure_recovery", "CONFIG_MEMORY_FAILURE"

/* VM_MIXEDMAP may have pages too, so that only its entries tell that these have none. */

FIXTURE_VARIANT_ADD(huge, mixedmap_pte) { .kind = &mixedmap_kind, .level = PFNMAP_PTE };
FIXTURE_VARIANT_ADD(huge, mixedmap_pmd) { .kind = &mixedmap_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(huge, mixedmap_pud) { .kind = &mixedmap_kind, .level = PFNMAP_PUD };

static inline bool is_mixedmap(huge_t *self)
{
	return self->source.kind == &mixedmap_kind;
}

/* Why get_user_pages() fails: by a flag of the vma, or by a special entry. */
static inline long no_page(huge_t *self)
{
	return is_mixedmap(self) ? -EEXIST : -EFAULT;
}

/* Each block comes by one fault: with map_all() before and check_all() after no call splits one. */
static inline void map_all(struct __test_metadata *_metadata, huge_t *self)
{
	long before = pfnmap_faults();

	touch_blocks(self, self->va);
	EXPECT_EQ((long)(self->size / self->block), pfnmap_faults() - before);
	map_blocks(self);
}

/* follow_pfnmap_start() is for VM_IO and VM_PFNMAP; a block that was split would fault. */
static inline void check_all(struct __test_metadata *_metadata, huge_t *self)
{
	long before = pfnmap_faults();
	__u64 at;

	if (!is_mixedmap(self)) {
		check_blocks_but(_metadata, self, ALL);
		return;
	}
	for_each_block(at, self) {
		read_block(_metadata, self, self->va + at, at);
		write_block(self, self->va + at, at);
	}
	EXPECT_EQ(before, pfnmap_faults());
}

/* The last errno as a result, and the result where the call went well. */
static inline long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* A page at the start, across two blocks with the next one, and at the end of the mapping. */
#define SPOTS	3

static inline char *spot(huge_t *self, int i)
{
	const __u64 at[SPOTS] = { 0, self->block - PFNMAP_4K, self->size - PFNMAP_4K };

	return self->va + at[i];
}

/* One page of ordinary memory, which ends where the BAR begins. */
static inline char *memory_before(struct __test_metadata *_metadata, huge_t *self)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
	char *page = mmap(self->va - PFNMAP_4K, PFNMAP_4K, RW, flags, -1, 0);

	ASSERT_EQ(self->va - PFNMAP_4K, page);
	memset(page, 1, PFNMAP_4K);
	return page;
}

#endif /* _HUGE_PFNMAP_REFUSE_H */

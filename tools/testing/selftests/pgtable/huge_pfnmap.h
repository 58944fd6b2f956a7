/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the huge_pfnmap tests: a BAR, real or of the test device, mapped by entries of
 * one level, and a second view of it by pages to compare with.
 */
#ifndef _HUGE_PFNMAP_H
#define _HUGE_PFNMAP_H

#include <sys/mman.h>

#include "pfnmap_harness.h"
#include "pfnmap_access.h"
#include "pfnmap_source.h"

#define RW		(PROT_READ | PROT_WRITE)
#define BLOCKS		4	/* that a mapping has, where the BAR has as many */
#define WORDS		3	/* of a block that the tests read and write */

/* The bits that choose the cache mode in an entry of any level, but for x86's PAT bit. */
#ifdef __aarch64__
#define CACHE_BITS	(7ULL << 2)
#else
#define CACHE_BITS	(3ULL << 3)
#endif

/* What the CPU leaves to faults */

/* Whether it sets the dirty bit itself; arm64 may not, and then a first write is a fault. */
static inline bool cpu_sets_dirty(void)
{
	char *page = mmap(NULL, PFNMAP_4K, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long before;

	bar_read(page);
	before = pfnmap_faults();
	bar_write(page, 1);
	return pfnmap_faults() == before;
}

/* Whether it sets the accessed bit itself: fork() gives the child entries without it. */
static inline bool cpu_sets_accessed(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
	char *page[2] = {
		mmap(NULL, PFNMAP_4K, RW, flags, -1, 0),
		mmap(NULL, PFNMAP_4K, RW, flags, -1, 0),
	};
	int status, i;
	pid_t pid = fork();
	long before = 0;

	/* The child's first round brings in what the second needs. */
	for (i = 0; !pid && i < 2; i++) {
		before = pfnmap_faults();
		bar_read(page[i]);
	}
	if (!pid)
		_exit(pfnmap_faults() != before);
	return waitpid(pid, &status, 0) == pid && !status;
}

/* The fixture */

FIXTURE(huge)
{
	struct pfnmap_source source;
	enum pfnmap_level level;	/* that the BAR is mapped at */
	__u64 block;			/* bytes of one entry */
	__u64 size;			/* bytes mapped */
	char *va;			/* nothing is touched yet */
	char *truth;			/* the same bytes by pages, each word() written */
	__u64 cache;			/* mode of the pages of @truth */
	int follow;			/* the test device */
};

FIXTURE_VARIANT(huge)
{
	const struct pfnmap_kind *kind;
	enum pfnmap_level level;
};

FIXTURE_VARIANT_ADD(huge, vfio_pte) { .kind = &vfio_kind, .level = PFNMAP_PTE };
FIXTURE_VARIANT_ADD(huge, vfio_pmd) { .kind = &vfio_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(huge, vfio_pud) { .kind = &vfio_kind, .level = PFNMAP_PUD };
FIXTURE_VARIANT_ADD(huge, device_pte) { .kind = &device_kind, .level = PFNMAP_PTE };
FIXTURE_VARIANT_ADD(huge, device_pmd) { .kind = &device_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(huge, device_pud) { .kind = &device_kind, .level = PFNMAP_PUD };

#define huge_t	FIXTURE_DATA(huge)

/* What the tests find at @offset of the BAR. */
static inline __u64 word(__u64 offset)
{
	return 0x9e3779b97f4a7c15ULL * (offset + 1);
}

/* Where in a block the words are. */
static inline __u64 word_at(huge_t *self, int i)
{
	const __u64 at[WORDS] = { 0, self->block / 2, self->block - 8 };

	return at[i];
}

#define for_each_block(at, self)	for (at = 0; at < (self)->size; at += (self)->block)

/* One read in each block. */
static inline void touch_blocks(huge_t *self, const char *va)
{
	__u64 at;

	for_each_block(at, self)
		bar_read(va + at);
}

/* All words of a block; the fourth argument is where in the BAR it is. */
static inline void read_block(struct __test_metadata *_metadata, huge_t *self, const char *va,
			      __u64 offset)
{
	int i;

	for (i = 0; i < WORDS; i++)
		EXPECT_EQ(word(offset + word_at(self, i)), bar_read(va + word_at(self, i)));
}

static inline void write_block(huge_t *self, char *va, __u64 offset)
{
	int i;

	for (i = 0; i < WORDS; i++)
		bar_write(va + word_at(self, i), word(offset + word_at(self, i)));
}

#define ALL	(~0ULL)		/* blocks but none */

/* After these neither reads nor writes of the blocks have a fault left to take. */
static inline void map_blocks_but(huge_t *self, __u64 but)
{
	__u64 at;

	for_each_block(at, self)
		if (at != but)
			write_block(self, self->va + at, at);
}

static inline void map_blocks(huge_t *self)
{
	map_blocks_but(self, ALL);
}

/* Blocks in the middle and at the end of the mapping. */
#define MIDDLE(self)	((self)->block)
#define LAST(self)	((self)->size - (self)->block)

/* @va, in an entry of @level, is at @offset of the BAR. */
static inline void check_entry(struct __test_metadata *_metadata, huge_t *self, const char *va,
			       enum pfnmap_level level, __u64 offset, bool writable)
{
	struct test_pfnmap_follow f;

	ASSERT_EQ(0, pfnmap_follow(self->follow, va, 1, &f))
		TH_LOG("nothing at %p, which is %#llx in the BAR", va, offset);
	EXPECT_EQ((self->source.phys + offset) / PFNMAP_4K, f.pfn);
	EXPECT_EQ(~(pfnmap_size(level) - 1), f.addr_mask);
	EXPECT_EQ(writable, f.writable);
	EXPECT_EQ(1, f.special);
	EXPECT_EQ(self->cache, f.pgprot & CACHE_BITS);
}

static inline void check_nothing(struct __test_metadata *_metadata, huge_t *self, const char *va)
{
	struct test_pfnmap_follow f;

	EXPECT_EQ(-EINVAL, pfnmap_follow(self->follow, va, 1, &f))
		TH_LOG("at %p", va);
}

/* The block at @at of the mapping is as it was made, and costs no fault. */
static inline void check_block(struct __test_metadata *_metadata, huge_t *self, __u64 at)
{
	long before;

	check_entry(_metadata, self, self->va + at, self->level, at, true);
	check_entry(_metadata, self, self->va + at + self->block - 1, self->level,
		    at + self->block - 1, true);
	before = pfnmap_faults();
	read_block(_metadata, self, self->va + at, at);
	write_block(self, self->va + at, at);
	EXPECT_EQ(before, pfnmap_faults());
}

static inline void check_blocks_but(struct __test_metadata *_metadata, huge_t *self, __u64 but)
{
	__u64 at;

	for_each_block(at, self)
		if (at != but)
			check_block(_metadata, self, at);
}

FIXTURE_SETUP(huge)
{
	struct test_pfnmap_follow f;
	int ret = variant->kind->open(&self->source, variant->level);
	__u64 at;

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	self->follow = pfnmap_follow_open();
	if (self->follow == -ENOENT)
		SKIP(return, "no /dev/test_pfnmap in this kernel");
	ASSERT_LE(0, self->follow);
	/* The harness forks: pages of its own that a test writes first would count as faults. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_EQ(0, catch_refusals());
	self->source.kind = variant->kind;
	self->level = pfnmap_arrives(variant->level);
	self->block = pfnmap_size(self->level);
	self->size = BLOCKS * pfnmap_size(variant->level);
	if (self->size > self->source.size)
		self->size = self->source.size;
	ASSERT_LE(2 * self->block, self->size);
	self->truth = source_map_pages(&self->source, self->size);
	ASSERT_NE(MAP_FAILED, self->truth);
	for_each_block(at, self)
		write_block(self, self->truth + at, at);
	ASSERT_EQ(0, pfnmap_follow(self->follow, self->truth, 1, &f));
	ASSERT_EQ(-PFNMAP_4K, f.addr_mask);
	self->cache = f.pgprot & CACHE_BITS;
	self->va = source_map(&self->source, variant->level, RW, 0, self->size);
	ASSERT_NE(MAP_FAILED, self->va);
}

FIXTURE_TEARDOWN(huge)
{
	close(self->source.file);
}

#endif /* _HUGE_PFNMAP_H */

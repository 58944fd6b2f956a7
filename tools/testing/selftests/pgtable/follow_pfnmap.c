// SPDX-License-Identifier: GPL-2.0
/*
 * What follow_pfnmap_start() returns at each level, through /dev/test_pfnmap.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/follow.h"

/* The bits of an entry that choose the cache mode, and what they are for an uncached BAR. */
#ifdef __aarch64__
#define CACHE_PTE	(7ULL << 2)
#define CACHE_HUGE	CACHE_PTE
#define CACHE_DEVICE	(3ULL << 2)	/* Device-nGnRnE */
#else
#define CACHE_PTE	(3ULL << 3 | 1ULL << 7)
#define CACHE_HUGE	(3ULL << 3 | 1ULL << 12)
#define CACHE_DEVICE	(1ULL << 4)	/* UC- */
#endif

/* @va, in an entry of @level, is followed to @phys. */
static void check_follow(struct __test_metadata *_metadata, int fd, const void *va,
			 enum pfnmap_level level, __u64 phys, bool writable)
{
	const __u64 cache = level == PFNMAP_PTE ? CACHE_PTE : CACHE_HUGE;
	struct test_pfnmap_follow f;

	ASSERT_EQ(0, pfnmap_follow(fd, va, 1, &f))
		TH_LOG("at %p", va);
	EXPECT_EQ(phys / PAGE_SIZE, f.pfn);
	EXPECT_EQ(~(pfnmap_size(level) - 1), f.addr_mask);
	EXPECT_EQ(writable, f.writable);
	EXPECT_EQ(1, f.special);
	EXPECT_EQ(CACHE_DEVICE, f.pgprot & cache);
}

/* A read of one page maps the whole block, and nothing but the block. */
TEST_F(follow, one_fault_a_block)
{
	long before = pfnmap_faults();
	__u64 at;

	for (at = 0; at < self->size; at += self->block) {
		bar_read(self->va + at);
		bar_read(self->va + at + self->block / 2);
		bar_read(self->va + at + self->block - 8);
	}
	EXPECT_EQ((long)(self->size / self->block), pfnmap_faults() - before);
}

TEST_F(follow, fields)
{
	const __u64 last = self->size - self->block;
	const __u64 at[] = {
		0, 8, self->block / 2, self->block - PAGE_SIZE, self->block - 1,
		last, last + PAGE_SIZE - 1, last + self->block / 2, self->size - PAGE_SIZE,
		self->size - 1,
	};
	unsigned int i;

	NEED(lacks_test_device(self->fd));
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		bar_read(self->va + (at[i] & ~7ULL));
		check_follow(_metadata, self->fd, self->va + at[i], self->level,
			     self->bar.phys + at[i], true);
	}
}

TEST_F(follow, fields_read_only)
{
	char *va = bar_map(&self->bar, variant->level, PROT_READ, 0, self->size);

	NEED(lacks_test_device(self->fd));
	ASSERT_NE(MAP_FAILED, va);
	bar_touch(va, self->size, self->size - self->block);
	check_follow(_metadata, self->fd, va, self->level, self->bar.phys, false);
	check_follow(_metadata, self->fd, va + self->size - 1, self->level,
		     self->bar.phys + self->size - 1, false);
}

/* The child has the mapping, the parent has given it up. */
TEST_F(follow, another_process)
{
	struct test_pfnmap_follow f;
	int ready[2];
	char byte;
	pid_t pid;

	NEED(lacks_test_device(self->fd));
	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		bar_read(self->va);
		close(ready[1]);
		pause();
		_exit(1);
	}
	close(ready[1]);
	ASSERT_EQ(0, read(ready[0], &byte, 1));
	ASSERT_EQ(0, munmap(self->va, self->size));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, self->va, 1, &f));
	EXPECT_EQ(0, pfnmap_follow_of(self->fd, pid, self->va, 1, &f));
	EXPECT_EQ(self->bar.phys / PAGE_SIZE, f.pfn);
	EXPECT_EQ(~(self->block - 1), f.addr_mask);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(-ESRCH, pfnmap_follow_of(self->fd, pid, self->va, 1, &f));
}

TEST_F(follow, one_pgprot)
{
	const __u64 at[] = { self->block / 2, self->block - 8, self->block };
	struct test_pfnmap_follow first, other;
	unsigned int i;

	NEED(lacks_test_device(self->fd));
	bar_touch(self->va, self->size, self->block);
	ASSERT_EQ(0, pfnmap_follow(self->fd, self->va, 1, &first));
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ASSERT_EQ(0, pfnmap_follow(self->fd, self->va + at[i], 1, &other));
		EXPECT_EQ(first.pgprot, other.pgprot);
	}
}

TEST_F(follow, many_pairs_give_the_same)
{
	struct test_pfnmap_follow one, many;
	char *va = self->va + self->size - 8;

	NEED(lacks_test_device(self->fd));
	bar_read(va);
	ASSERT_EQ(0, pfnmap_follow(self->fd, va, 1, &one));
	ASSERT_EQ(0, pfnmap_follow(self->fd, va, 1000, &many));
	EXPECT_EQ(one.pfn, many.pfn);
	EXPECT_EQ(one.addr_mask, many.addr_mask);
	EXPECT_EQ(one.pgprot, many.pgprot);
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, va, 0, &many));
}

/* A lookup takes no reference and leaves no lock: the entry can go and come back. */
TEST_F(follow, only_what_is_mapped)
{
	struct test_pfnmap_follow f;
	char *va = self->va + self->block;

	NEED(lacks_test_device(self->fd));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, va, 1, &f));
	bar_read(self->va);
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, va, 1, &f));
	bar_read(va);
	EXPECT_EQ(0, pfnmap_follow(self->fd, va, 1, &f));
	ASSERT_EQ(0, bar_decode_off(&self->bar));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, va, 1, &f));
	EXPECT_EQ(SIGBUS, try_read(va));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, va, 1, &f));
	ASSERT_EQ(0, bar_decode_on(&self->bar));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, va, 1, &f));
	EXPECT_EQ(0, try_read(va));
	check_follow(_metadata, self->fd, va, self->level, self->bar.phys + self->block, true);
}

TEST_F(follow, nothing_outside_the_vma)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
	struct test_pfnmap_follow f;

	NEED(lacks_test_device(self->fd));
	bar_touch(self->va, self->size, self->size - self->block);
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, self->va - 1, 1, &f));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, self->va + self->size, 1, &f));
	ASSERT_NE(MAP_FAILED, mmap(self->va - PAGE_SIZE, PAGE_SIZE, RW, flags, -1, 0));
	ASSERT_NE(MAP_FAILED, mmap(self->va + self->size, PAGE_SIZE, RW, flags, -1, 0));
	bar_write(self->va - 8, 1);
	bar_write(self->va + self->size, 1);
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, self->va - 8, 1, &f));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, self->va + self->size, 1, &f));
	ASSERT_EQ(0, munmap(self->va, self->size));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, self->va, 1, &f));
	EXPECT_EQ(-EINVAL, pfnmap_follow(self->fd, self->va + self->size - 1, 1, &f));
}

/* vfio's mappings are for the CPU and for DMA only. */
TEST_F(follow, no_access_by_proc_mem)
{
	int mem = open("/proc/self/mem", O_RDWR);
	__u64 value;

	ASSERT_GE(mem, 0);
	bar_read(self->va);
	EXPECT_EQ(-1, pread(mem, &value, sizeof(value), (uintptr_t)self->va));
	EXPECT_EQ(EIO, errno);
}

/* One mapping with an entry of each level, and each followed as what it is. */
TEST(follow_levels_side_by_side)
{
	const __u64 start = PFNMAP_1G - PMD_SIZE - PAGE_SIZE, size = 2 * PFNMAP_1G + PMD_SIZE;
	const struct { __u64 at; enum pfnmap_level level; } page[] = {
		{ start, PFNMAP_PTE },
		{ start + PAGE_SIZE, PFNMAP_PMD },
		{ PFNMAP_1G - 8, PFNMAP_PMD },
		{ PFNMAP_1G, PFNMAP_PUD },
		{ 2 * PFNMAP_1G - 8, PFNMAP_PUD },
		{ 2 * PFNMAP_1G, PFNMAP_PMD },
		{ start + size - 8, PFNMAP_PTE },
	};
	struct pfnmap_bar bar;
	int fd = pfnmap_follow_open();
	unsigned int i;
	char *va;

	NEED(bar_open_large(&bar));
	NEED(lacks_test_device(fd));
	va = bar_map(&bar, PFNMAP_PUD, RW, start, size);
	ASSERT_NE(MAP_FAILED, va);
	for (i = 0; i < ARRAY_SIZE(page); i++) {
		bar_read(va + page[i].at - start);
		check_follow(_metadata, fd, va + page[i].at - start,
			     pfnmap_arrives(page[i].level), bar.phys + page[i].at, true);
	}
	EXPECT_EQ(0, bar_dma_map(&bar, va, PFNMAP_IOVA, size, BAR_DMA_RW));
	EXPECT_EQ((__s64)size, bar_dma_unmap(&bar, PFNMAP_IOVA, size));
}

TEST_HARNESS_MAIN

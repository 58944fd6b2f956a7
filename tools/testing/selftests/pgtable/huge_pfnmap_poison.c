// SPDX-License-Identifier: GPL-2.0
/*
 * One frame of a PFN mapping is poisoned: an access to that page ends in SIGBUS, and no process
 * loses another page.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/futex.h>
#include <linux/io_uring.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/kinds.h"
#include "lib/need.h"
#include "lib/poison.h"
#include "lib/proc.h"
#include "lib/source.h"

#define BLOCKS		2

FIXTURE(poison)
{
	struct pfnmap_source source;
	int memory_failure;		/* registers the fake BAR while this file is open */
	enum pfnmap_level level;	/* that blocks without poison are mapped at */
	__u64 size;			/* bytes mapped, from offset 0 */
	char *va;
	__u64 page;			/* where the poison is, or will be, in bytes */
	bool poisoned;
};

VARIANT_OF_KIND(poison);
ALL_VARIANTS(poison, device);
/* Without faults a page that is gone cannot be refused by the driver. */
KIND_VARIANT(poison, prefilled, pte, PFNMAP_PTE);

#define poison_t	FIXTURE_DATA(poison)

/* The poisoned page of a mapping at @va is refused, and not only once. */
static bool page_is_refused(poison_t *self, char *va)
{
	char *word = va + self->page + 64;
	int i;

	for (i = 0; i < 2; i++)
		if (!try_read(word) || !last_was(BUS_MCEERR_AR, word) ||
		    !try_write(word, 0) || !last_was(BUS_MCEERR_AR, word))
			return false;
	return true;
}

/* The other pages */

/* The largest entry at @at that leaves the poison out. */
static enum pfnmap_level level_at(poison_t *self, __u64 at)
{
	enum pfnmap_level level = self->level;

	if (!self->poisoned)
		return level;
	while (level && at / pfnmap_size(level) == self->page / pfnmap_size(level))
		level--;
	return level;
}

/* The next page to look at: all of those next to the poison, elsewhere one for each PMD. */
static __u64 next(poison_t *self, __u64 at)
{
	bool near = at / PMD_SIZE == self->page / PMD_SIZE;

	at += near || self->level == PFNMAP_PTE ? PAGE_SIZE : PMD_SIZE;
	return at == self->page ? at + PAGE_SIZE : at;
}

#define for_each_other(at, self)	for (at = 0; at < (self)->size; at = next(self, at))

static void fill(poison_t *self)
{
	__u64 at;

	for_each_other(at, self)
		bar_write(self->va + at, word(at));
	bar_write(self->va + self->page, word(self->page));
}

static int wrong_words(poison_t *self, char *va)
{
	int wrong = 0;
	__u64 at;

	for_each_other(at, self)
		wrong += try_read(va + at) || bar_read(va + at) != word(at);
	return wrong;
}

static int wrong_entries(poison_t *self, char *va)
{
	struct test_pfnmap_follow f;
	int wrong = 0;
	__u64 at;

	for_each_other(at, self)
		wrong += pfnmap_follow(self->source.file, va + at, 1, &f) ||
			 f.pfn != (self->source.phys + at) / PAGE_SIZE ||
			 f.addr_mask != ~(pfnmap_size(level_at(self, at)) - 1);
	return wrong;
}

static bool all_is_right(poison_t *self, char *va)
{
	return page_is_refused(self, va) && !wrong_words(self, va) && !wrong_entries(self, va);
}

/* Poison */

static bool inject(poison_t *self)
{
	return poison_frame((self->source.phys + self->page) / PAGE_SIZE);
}

/* In a process that does not map the page: one that does counts as having touched it. */
static int poison(poison_t *self)
{
	pid_t pid = fork();

	if (!pid) {
		munmap(self->va, self->size);
		_exit(!inject(self));
	}
	self->poisoned = true;
	return child_status(pid);
}

FIXTURE_SETUP(poison)
{
	int ret = source_open(&self->source, variant->kind, variant->level);

	if (ret == -ENODEV)
		SKIP(return, "%s", variant->kind->none);
	ASSERT_EQ(0, ret);
	NEED(lacks_poison());
	self->memory_failure = pfnmap_follow_open();
	ASSERT_EQ(0, pfnmap_ioctl(self->memory_failure, TEST_PFNMAP_POISONABLE, NULL));
	/* The harness forks: pages of its own that a test writes first would count as faults. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_EQ(0, catch_signals());
	self->level = pfnmap_arrives(variant->level);
	self->size = BLOCKS * pfnmap_size(variant->level ?: PFNMAP_PMD);
	ASSERT_LE(self->size, self->source.size);
	self->page = self->size - pfnmap_size(variant->level ?: PFNMAP_PMD) / 2 + 100 * PAGE_SIZE;
	self->va = source_map(&self->source, variant->level, RW, 0, self->size);
	ASSERT_NE(MAP_FAILED, self->va);
	fill(self);
	ASSERT_EQ(0, wrong_entries(self, self->va));
}

FIXTURE_TEARDOWN(poison)
{
	close(self->memory_failure);
	close(self->source.file);
}

TEST_F(poison, page_is_refused)
{
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, signals);
	EXPECT_TRUE(page_is_refused(self, self->va));
	EXPECT_EQ(0, poison(self));
	EXPECT_TRUE(page_is_refused(self, self->va));
}

/* The caller of memory_failure() maps the page: it counts as the one that touched it. */
TEST_F(poison, page_is_refused_at_once)
{
	if (!sigsetjmp(refused, 0))
		inject(self);
	self->poisoned = true;
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AR, self->va + self->page));
	EXPECT_TRUE(page_is_refused(self, self->va));
}

/* To a system call it is a bad address, whatever the fault handler says. */
TEST_F(poison, futex_fails)
{
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(-EFAULT, result(syscall(__NR_futex, self->va, FUTEX_WAKE_OP_PRIVATE, 1, 1,
					  self->va + self->page,
					  FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_EQ, 0))));
	EXPECT_EQ(0, signals);
	EXPECT_TRUE(page_is_refused(self, self->va));
}

/* The entries of the others are looked up, which faults nothing in, before they are read. */
TEST_F(poison, others_stay_mapped)
{
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, wrong_entries(self, self->va));
	EXPECT_EQ(0, wrong_words(self, self->va));
	EXPECT_EQ(0, wrong_entries(self, self->va));
}

/* All entries but one of each level below that of the block. */
TEST_F(poison, others_are_as_large_as_can_be)
{
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, wrong_words(self, self->va));
	EXPECT_EQ(0, wrong_entries(self, self->va));
	EXPECT_TRUE(page_is_refused(self, self->va));
	EXPECT_EQ(0, wrong_entries(self, self->va));
}

/* Without poison and without the tables of smaller entries, as when the test began. */
static int start_anew(poison_t *self)
{
	close(self->memory_failure);
	self->memory_failure = pfnmap_follow_open();
	self->poisoned = false;
	munmap(self->va, self->size);
	if (source_map_at(&self->source, self->va, RW, 0, self->size) != self->va)
		return -errno;
	return pfnmap_ioctl(self->memory_failure, TEST_PFNMAP_POISONABLE, NULL);
}

TEST_F(poison, first_and_last_page_of_a_block)
{
	const __u64 at[] = { self->size / BLOCKS, self->size - PAGE_SIZE };
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, start_anew(self));
		self->page = at[i];
		fill(self);
		ASSERT_EQ(0, wrong_entries(self, self->va));
		ASSERT_EQ(0, poison(self));
		EXPECT_TRUE(all_is_right(self, self->va));
	}
}

TEST_F(poison, mapped_anew)
{
	ASSERT_EQ(0, poison(self));
	ASSERT_EQ(0, munmap(self->va, self->size));
	ASSERT_EQ(self->va, source_map_at(&self->source, self->va, RW, 0, self->size));
	EXPECT_TRUE(all_is_right(self, self->va));
}

/* Counts pages that an access brings back; the poisoned page is looked at, too. */
static int pages_back(poison_t *self)
{
	struct test_pfnmap_follow f;
	int back = 0;
	__u64 at;

	for (at = 0; at < self->size; at += PAGE_SIZE)
		back += try_read(self->va + at) != SIGBUS ||
			try_write(self->va + at, 0) != SIGBUS ||
			pfnmap_follow(self->source.file, self->va + at, 1, &f) != -EINVAL;
	return back;
}

/* The driver unmaps all, and faults, where there are any, bring back all but the poisoned page. */
TEST_F(poison, zapped)
{
	ASSERT_EQ(0, poison(self));
	ASSERT_EQ(0, source_zap(&self->source));
	EXPECT_TRUE(variant->kind == &prefilled_kind ? !pages_back(self) :
						       all_is_right(self, self->va));
}

TEST_F(poison, moved)
{
	char *to = pfnmap_pick(variant->level, self->source.phys, self->size);

	ASSERT_NE(MAP_FAILED, to);
	ASSERT_EQ(0, poison(self));
	ASSERT_EQ(to, mremap(self->va, self->size, self->size, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	EXPECT_TRUE(all_is_right(self, to));
}

/* Files of /proc take the marker for no frame, and mprotect() takes it for no page. */
TEST_F(poison, looked_at)
{
	char *page = self->va + self->page;
	int file = open("/proc/self/pagemap", O_RDONLY);
	__u64 entry;

	ASSERT_EQ(0, poison(self));
	EXPECT_LT(0, proc_read("/proc/self/smaps"));
	EXPECT_LT(0, proc_read("/proc/self/numa_maps"));
	ASSERT_EQ(8, pread(file, &entry, 8, (uintptr_t)page / PAGE_SIZE * 8));
	EXPECT_EQ(0, entry >> 63) TH_LOG("present");
	ASSERT_EQ(0, mprotect(page, PAGE_SIZE, PROT_READ));
	EXPECT_EQ(SIGBUS, try_read(page));
	ASSERT_EQ(0, mprotect(page, PAGE_SIZE, RW));
	EXPECT_TRUE(all_is_right(self, self->va));
}

/* Other processes */

/* Whether a child that had mapped it by @map before sees it right once the page is poisoned. */
static bool child_is_right(poison_t *self, char *(*map)(poison_t *))
{
	int ready[2], go[2];
	char byte = 0;
	pid_t pid;

	if (pipe(ready) || pipe(go))
		return false;
	pid = fork();
	if (!pid) {
		char *va = map(self);
		bool right = !wrong_words(self, va) && !close(go[1]) &&
			     write(ready[1], &byte, 1) == 1 && read(go[0], &byte, 1) == 1;

		self->poisoned = true;
		_exit(!right || !all_is_right(self, va));
	}
	close(ready[1]);
	/* Nothing to read means that the child has ended. */
	if (read(ready[0], &byte, 1) == 1 && !poison(self) && write(go[1], &byte, 1) != 1)
		return false;
	close(go[1]);
	return child_was_right(pid);
}

static char *map_inherited(poison_t *self)
{
	return self->va;
}

static char *map_own(poison_t *self)
{
	munmap(self->va, self->size);
	return source_map(&self->source, self->level, RW, 0, self->size);
}

TEST_F(poison, child_has_a_copy)
{
	EXPECT_TRUE(child_is_right(self, map_inherited));
	EXPECT_TRUE(all_is_right(self, self->va));
}

TEST_F(poison, child_has_its_own)
{
	EXPECT_TRUE(child_is_right(self, map_own));
	EXPECT_TRUE(all_is_right(self, self->va));
}

TEST_F(poison, child_comes_later)
{
	pid_t pid;

	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, wrong_words(self, self->va));
	pid = fork();
	if (!pid)
		_exit(!all_is_right(self, self->va));
	EXPECT_TRUE(child_was_right(pid));
}

/* Early kill */

static int want_early(void)
{
	return prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0);
}

TEST_F(poison, early_kill_is_one_signal)
{
	ASSERT_EQ(0, want_early());
	ASSERT_EQ(0, note_signals());
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AO, self->va + self->page));
	ASSERT_EQ(0, catch_signals());
	EXPECT_TRUE(all_is_right(self, self->va));
}

TEST_F(poison, early_kill_spares_other_parts)
{
	ASSERT_EQ(0, munmap(self->va + self->size / 2, self->size / 2));
	self->size /= 2;
	ASSERT_EQ(0, want_early());
	ASSERT_EQ(0, note_signals());
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, signals);
	ASSERT_EQ(0, catch_signals());
	EXPECT_EQ(0, wrong_words(self, self->va));
	EXPECT_EQ(0, wrong_entries(self, self->va));
}

/*
 * Poison elsewhere that could not be unmapped, in the kernel's page of a ring: its second victim is
 * looked for in all page tables of the process. The walk comes past the BAR first, which is below.
 */
TEST_F(poison, elsewhere)
{
	struct io_uring_params params = {};
	int fd = syscall(__NR_io_uring_setup, 1, &params), i;
	char *ring = mmap(NULL, PAGE_SIZE, RW, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	long before;

	ASSERT_NE(MAP_FAILED, ring);
	ASSERT_GT(ring, self->va);
	for (i = 0; i < 2; i++)
		if (!sigsetjmp(refused, 0))
			madvise(ring, PAGE_SIZE, MADV_HWPOISON);
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AR, ring));
	before = pfnmap_faults();
	EXPECT_EQ(0, wrong_words(self, self->va));
	EXPECT_EQ(before, pfnmap_faults());
	EXPECT_EQ(0, wrong_entries(self, self->va));
}

TEST_HARNESS_MAIN

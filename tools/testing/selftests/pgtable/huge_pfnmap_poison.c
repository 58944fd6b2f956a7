// SPDX-License-Identifier: GPL-2.0
/*
 * One frame of a PFN mapping is poisoned: whoever touches that page gets SIGBUS, and nobody loses
 * more than that page.
 */
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "huge_pfnmap_poison.h"

TEST_F(poison, page_is_refused)
{
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, signals);
	EXPECT_TRUE(page_is_refused(self, self->va));
	EXPECT_EQ(0, poison(self));
	EXPECT_TRUE(page_is_refused(self, self->va));
}

/* Who is told by memory_failure() itself consumes the poison just now. */
TEST_F(poison, page_is_refused_at_once)
{
	if (!sigsetjmp(refused, 1))
		inject(self);
	self->poisoned = true;
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AR, self->va + self->page));
	EXPECT_TRUE(page_is_refused(self, self->va));
}

/* The entries of the others are looked up, which faults nothing in, before anybody reads there. */
TEST_F(poison, others_stay_mapped)
{
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, wrong_entries(self, self->va));
	EXPECT_EQ(0, wrong_words(self, self->va));
	EXPECT_EQ(0, wrong_entries(self, self->va));
}

/* 511 entries of each level below that of the block. */
TEST_F(poison, others_are_as_large_as_can_be)
{
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, wrong_words(self, self->va));
	EXPECT_EQ(0, wrong_entries(self, self->va));
	EXPECT_TRUE(page_is_refused(self, self->va));
	EXPECT_EQ(0, wrong_entries(self, self->va));
}

TEST_F(poison, mapped_anew)
{
	ASSERT_EQ(0, poison(self));
	ASSERT_EQ(0, munmap(self->va, self->size));
	ASSERT_EQ(self->va, source_map_at(&self->source, self->va, RW, 0, self->size));
	EXPECT_TRUE(all_is_right(self, self->va));
}

/* What was mapped before nobody knew is gone as well after it was unmapped and faulted back. */
TEST_F(poison, zapped)
{
	ASSERT_EQ(0, poison(self));
	if (variant->vma == TEST_PFNMAP_VMA_PREFILLED)
		return;
	ASSERT_EQ(0, device_kind.zap(&self->source));
	EXPECT_TRUE(all_is_right(self, self->va));
}

TEST_F(poison, moved)
{
	char *to = pfnmap_pick(variant->level, self->source.phys, self->size);

	ASSERT_NE(MAP_FAILED, to);
	ASSERT_EQ(0, poison(self));
	ASSERT_EQ(to, mremap(self->va, self->size, self->size, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	EXPECT_TRUE(all_is_right(self, to));
}

static void read_file(const char *name)
{
	char buffer[4096];
	int fd = open(name, O_RDONLY);

	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	close(fd);
}

/* A marker is no frame to those who look, and no page to those who change protections. */
TEST_F(poison, looked_at)
{
	char *page = self->va + self->page;
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	__u64 entry;

	ASSERT_EQ(0, poison(self));
	read_file("/proc/self/smaps");
	read_file("/proc/self/numa_maps");
	ASSERT_EQ(8, pread(pagemap, &entry, 8, (uintptr_t)page / PFNMAP_4K * 8));
	EXPECT_EQ(0, entry >> 63) TH_LOG("present");
	ASSERT_EQ(0, mprotect(page, PFNMAP_4K, PROT_READ));
	EXPECT_EQ(SIGBUS, try_read(page));
	ASSERT_EQ(0, mprotect(page, PFNMAP_4K, RW));
	EXPECT_TRUE(all_is_right(self, self->va));
}

/* Other processes */

/* Whether a child that had mapped it by @map before sees it right once the page is poisoned. */
static bool child_is_right(poison_t *self, char *(*map)(poison_t *))
{
	int ready[2], go[2], status;
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
	return waitpid(pid, &status, 0) == pid && !status;
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
	int status;
	pid_t pid;

	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, wrong_words(self, self->va));
	pid = fork();
	if (!pid)
		_exit(!all_is_right(self, self->va));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* Who wants to know at once */

static int want_early(void)
{
	return prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0);
}

TEST_F(poison, early_kill_is_one_signal)
{
	ASSERT_EQ(0, want_early());
	ASSERT_EQ(0, catch_signals(on_signal));
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AO, self->va + self->page));
	ASSERT_EQ(0, catch_signals(on_access));
	EXPECT_TRUE(all_is_right(self, self->va));
}

TEST_F(poison, early_kill_spares_other_parts)
{
	ASSERT_EQ(0, munmap(self->va + self->size / 2, self->size / 2));
	self->size /= 2;
	ASSERT_EQ(0, want_early());
	ASSERT_EQ(0, catch_signals(on_signal));
	ASSERT_EQ(0, poison(self));
	EXPECT_EQ(0, signals);
	ASSERT_EQ(0, catch_signals(on_access));
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
	char *ring = mmap(NULL, PFNMAP_4K, RW, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	long before;

	ASSERT_NE(MAP_FAILED, ring);
	ASSERT_GT(ring, self->va);
	for (i = 0; i < 2; i++)
		if (!sigsetjmp(refused, 1))
			madvise(ring, PFNMAP_4K, MADV_HWPOISON);
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was(BUS_MCEERR_AR, ring));
	before = pfnmap_faults();
	EXPECT_EQ(0, wrong_words(self, self->va));
	EXPECT_EQ(before, pfnmap_faults());
	EXPECT_EQ(0, wrong_entries(self, self->va));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Device-exclusive entries, and what their process does to them: faults, mprotect(), mremap(),
 * munmap() and truncation, madvise(), mlock().
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "lib/harness.h"
#include "lib/pages.h"

FIXTURE_PAGES

/* Taking and faults */

TEST_F(exclusive, only_what_was_asked_for)
{
	pages_take(&self->pages);
	pages_check_others(&self->pages);
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, read_gives_back)
{
	pages_take(&self->pages);
	EXPECT_EQ(0, try_read(self->pages.taken));
	EXPECT_EQ(TAKEN - 1, count_kind(self->pages.fd, self->pages.taken, TAKEN,
					TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	pages_check_present(&self->pages, self->pages.va, FIRST, true);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, write_gives_back)
{
	pages_take(&self->pages);
	EXPECT_EQ(0, try_write(self->pages.taken, word(FIRST)));
	EXPECT_EQ(TAKEN - 1, count_kind(self->pages.fd, self->pages.taken, TAKEN,
					TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	pages_check_present(&self->pages, self->pages.va, FIRST, true);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, taken_again_while_exclusive)
{
	pages_take(&self->pages);
	pages_take(&self->pages);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, taken_again_after_a_fault)
{
	int i;

	for (i = 0; i < 100; i++) {
		pages_take(&self->pages);
		pages_check_data(&self->pages, self->pages.va);
	}
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, read_by_get_user_pages)
{
	char *copy = map_small(SIZE);
	struct iovec local = { copy, SIZE }, remote = { self->pages.va, SIZE };

	pages_take(&self->pages);
	ASSERT_EQ(SIZE, process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
	EXPECT_EQ(word(FIRST), bar_read(page_at(copy, FIRST)));
	EXPECT_EQ(counter_of(FIRST) + ADD, bar_read(page_at(copy, FIRST) + COUNTER));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_PRESENT);
	pages_check_back(&self->pages, self->pages.va, RW);
}

/* Protection */

TEST_F(exclusive, mprotect_read_only)
{
	pages_take(&self->pages);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, PROT_READ));
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, PROT_READ);
	EXPECT_EQ(-EFAULT, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, RW));
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, mprotect_refuses_the_write)
{
	int i;

	pages_take(&self->pages);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, PROT_READ));
	for (i = FIRST; i < FIRST + TAKEN; i++)
		EXPECT_EQ(SIGSEGV, try_write(page_at(self->pages.va, i), 0));
	pages_check_back(&self->pages, self->pages.va, PROT_READ);
}

TEST_F(exclusive, mprotect_none)
{
	int i;

	pages_take(&self->pages);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, PROT_NONE));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(SIGSEGV, try_read(page_at(self->pages.va, i)));
	pages_check_exclusive(&self->pages, self->pages.va);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, RW));
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, mprotect_and_back)
{
	pages_take(&self->pages);
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, PROT_READ));
	ASSERT_EQ(0, mprotect(self->pages.va, SIZE, RW));
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

/* Address */

TEST_F(exclusive, mremap_moves_it)
{
	char *to = map_small(SIZE);

	pages_take(&self->pages);
	ASSERT_EQ(to, mremap(self->pages.va, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	EXPECT_EQ(SIGSEGV, try_read(self->pages.taken));
	pages_check_exclusive(&self->pages, to);
	pages_check_back(&self->pages, to, RW);
}

/* The old vma stays, without pages. */
TEST_F(exclusive, mremap_leaves_nothing)
{
	char *to;

	pages_take(&self->pages);
	to = mremap(self->pages.va, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	ASSERT_NE(MAP_FAILED, to);
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_NONE);
	pages_check_exclusive(&self->pages, to);
	pages_check_back(&self->pages, to, RW);
	EXPECT_EQ(0, bar_read(self->pages.taken + COUNTER));
}

/* Freeing */

TEST_F(exclusive, munmap)
{
	pages_take(&self->pages);
	ASSERT_EQ(0, munmap(self->pages.taken, TAKEN * PAGE_SIZE));
	EXPECT_EQ(SIGSEGV, try_read(self->pages.taken));
	EXPECT_EQ(-EFAULT, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	pages_check_others(&self->pages);
}

TEST_F(exclusive, dontneed)
{
	int i;

	pages_take(&self->pages);
	ASSERT_EQ(0, madvise(self->pages.taken, TAKEN * PAGE_SIZE, MADV_DONTNEED));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_NONE);
	pages_check_others(&self->pages);
	for (i = FIRST; i < FIRST + TAKEN; i++)
		EXPECT_EQ(0, bar_read(page_at(self->pages.va, i) + COUNTER));
	EXPECT_EQ(0, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	EXPECT_EQ(ADD, bar_read(self->pages.taken + COUNTER));
}

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

TEST_F(exclusive, guard_takes_its_place)
{
	pages_take(&self->pages);
	ASSERT_EQ(0, madvise(self->pages.taken, TAKEN * PAGE_SIZE, MADV_GUARD_INSTALL));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_MARKER);
	EXPECT_EQ(SIGSEGV, try_read(self->pages.taken));
	EXPECT_EQ(-EFAULT, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	ASSERT_EQ(0, madvise(self->pages.taken, TAKEN * PAGE_SIZE, MADV_GUARD_REMOVE));
	EXPECT_EQ(0, bar_read(self->pages.taken + COUNTER));
	pages_check_others(&self->pages);
}

/* Private copies of the pages of a file. Returns its descriptor. */
static int map_copies(struct __test_metadata *_metadata, struct pages *pages)
{
	int fd = memfd_create("exclusive", MFD_CLOEXEC);
	char *va = map_small(SIZE);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, SIZE));
	va = mmap(va, SIZE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
	pages_use(pages, va);
	return fd;
}

TEST_F(exclusive, truncated)
{
	int fd = map_copies(_metadata, &self->pages), i;

	pages_take(&self->pages);
	ASSERT_EQ(0, ftruncate(fd, FIRST * PAGE_SIZE));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_NONE);
	for (i = FIRST; i < PAGES; i++)
		EXPECT_EQ(SIGBUS, try_read(page_at(self->pages.va, i)));
	EXPECT_EQ(-EFAULT, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	for (i = 0; i < FIRST; i++)
		EXPECT_TRUE(pages_hold(&self->pages, self->pages.va, i));
}

/* Punching a hole into the file leaves private copies alone. */
TEST_F(exclusive, hole_in_the_file)
{
	const int flags = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int fd = map_copies(_metadata, &self->pages);

	pages_take(&self->pages);
	ASSERT_EQ(0, fallocate(fd, flags, 0, SIZE));
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

/* Advice that finds no page and leaves the entry as it is */

static void check_advice(struct __test_metadata *_metadata, struct pages *pages, int advice)
{
	pages_take(pages);
	ASSERT_EQ(0, madvise(pages->taken, TAKEN * PAGE_SIZE, advice));
	pages_check_exclusive(pages, pages->va);
	pages_check_back(pages, pages->va, RW);
}

TEST_F(exclusive, madvise_cold)
{
	check_advice(_metadata, &self->pages, MADV_COLD);
}

TEST_F(exclusive, madvise_pageout)
{
	check_advice(_metadata, &self->pages, MADV_PAGEOUT);
}

/* The device may write the page at any time: its contents are not free to go. */
TEST_F(exclusive, madvise_free)
{
	check_advice(_metadata, &self->pages, MADV_FREE);
}

TEST_F(exclusive, madvise_willneed)
{
	check_advice(_metadata, &self->pages, MADV_WILLNEED);
}

/* Calls that touch each page */

TEST_F(exclusive, populate_gives_back)
{
	pages_take(&self->pages);
	ASSERT_EQ(0, madvise(self->pages.va, SIZE, MADV_POPULATE_WRITE));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_PRESENT);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_F(exclusive, mlock_gives_back)
{
	pages_take(&self->pages);
	ASSERT_EQ(0, mlock(self->pages.va, SIZE));
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_PRESENT);
	pages_check_data(&self->pages, self->pages.va);
	pages_take(&self->pages);
	ASSERT_EQ(0, munlock(self->pages.va, SIZE));
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

TEST_HARNESS_MAIN

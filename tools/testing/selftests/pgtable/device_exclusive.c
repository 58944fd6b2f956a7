// SPDX-License-Identifier: GPL-2.0
/*
 * Device-exclusive entries and what their process does to them: faults, changes of protection and
 * of place, advice, what frees them, and who looks at them without touching.
 */
#define _GNU_SOURCE
#include <sys/uio.h>

#include "device_exclusive_pages.h"

/* Taking and faults */

TEST_F(exclusive, only_what_was_asked_for)
{
	take(_metadata, self);
	check_others(_metadata, self);
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, read_gives_back)
{
	take(_metadata, self);
	EXPECT_EQ(0, try_read(self->taken));
	EXPECT_EQ(TAKEN - 1, count_kind(self->fd, self->taken, TAKEN,
					TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	check_present(_metadata, self, self->va, FIRST, true);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, write_gives_back)
{
	take(_metadata, self);
	EXPECT_EQ(0, try_write(self->taken, word(FIRST)));
	EXPECT_EQ(TAKEN - 1, count_kind(self->fd, self->taken, TAKEN,
					TEST_EXCLUSIVE_DEVICE_EXCLUSIVE));
	check_present(_metadata, self, self->va, FIRST, true);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, taken_again_while_exclusive)
{
	take(_metadata, self);
	take(_metadata, self);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, taken_again_after_a_fault)
{
	int i;

	for (i = 0; i < 100; i++) {
		take(_metadata, self);
		check_data(_metadata, self, self->va);
	}
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, read_by_get_user_pages)
{
	static char copy[SIZE];
	struct iovec local = { copy, SIZE }, remote = { self->va, SIZE };

	take(_metadata, self);
	ASSERT_EQ(SIZE, process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
	EXPECT_EQ(word(FIRST), bar_read(page_at(copy, FIRST)));
	EXPECT_EQ(word(FIRST) / 3 + ADD, bar_read(page_at(copy, FIRST) + COUNTER));
	check_kind(_metadata, self, TEST_EXCLUSIVE_PRESENT);
	check_back(_metadata, self, self->va, RW);
}

/* Protection */

TEST_F(exclusive, mprotect_read_only)
{
	take(_metadata, self);
	ASSERT_EQ(0, mprotect(self->va, SIZE, PROT_READ));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, PROT_READ);
	EXPECT_EQ(-EFAULT, take_page(self->fd, self->taken, self->how));
	ASSERT_EQ(0, mprotect(self->va, SIZE, RW));
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, mprotect_refuses_the_write)
{
	int i;

	take(_metadata, self);
	ASSERT_EQ(0, mprotect(self->va, SIZE, PROT_READ));
	for (i = FIRST; i < FIRST + TAKEN; i++)
		EXPECT_EQ(SIGSEGV, try_write(page_at(self->va, i), 0));
	check_back(_metadata, self, self->va, PROT_READ);
}

TEST_F(exclusive, mprotect_none)
{
	int i;

	take(_metadata, self);
	ASSERT_EQ(0, mprotect(self->va, SIZE, PROT_NONE));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(SIGSEGV, try_read(page_at(self->va, i)));
	check_exclusive(_metadata, self, self->va);
	ASSERT_EQ(0, mprotect(self->va, SIZE, RW));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, mprotect_and_back)
{
	take(_metadata, self);
	ASSERT_EQ(0, mprotect(self->va, SIZE, PROT_READ));
	ASSERT_EQ(0, mprotect(self->va, SIZE, RW));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

/* Place */

TEST_F(exclusive, mremap_moves_it)
{
	char *to = exclusive_map(SIZE);

	take(_metadata, self);
	ASSERT_EQ(to, mremap(self->va, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	EXPECT_EQ(SIGSEGV, try_read(self->taken));
	check_exclusive(_metadata, self, to);
	check_back(_metadata, self, to, RW);
}

/* What stays behind is a vma without pages. */
TEST_F(exclusive, mremap_leaves_nothing)
{
	char *to;

	take(_metadata, self);
	to = mremap(self->va, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	ASSERT_NE(MAP_FAILED, to);
	check_kind(_metadata, self, TEST_EXCLUSIVE_NONE);
	check_exclusive(_metadata, self, to);
	check_back(_metadata, self, to, RW);
	EXPECT_EQ(0, bar_read(self->taken + COUNTER));
}

/* Freeing */

TEST_F(exclusive, munmap)
{
	take(_metadata, self);
	ASSERT_EQ(0, munmap(self->taken, TAKEN * PFNMAP_4K));
	EXPECT_EQ(SIGSEGV, try_read(self->taken));
	EXPECT_EQ(-EFAULT, take_page(self->fd, self->taken, self->how));
	check_others(_metadata, self);
}

TEST_F(exclusive, dontneed)
{
	int i;

	take(_metadata, self);
	ASSERT_EQ(0, madvise(self->taken, TAKEN * PFNMAP_4K, MADV_DONTNEED));
	check_kind(_metadata, self, TEST_EXCLUSIVE_NONE);
	check_others(_metadata, self);
	for (i = FIRST; i < FIRST + TAKEN; i++)
		EXPECT_EQ(0, bar_read(page_at(self->va, i) + COUNTER));
	EXPECT_EQ(0, take_page(self->fd, self->taken, self->how));
	EXPECT_EQ(ADD, bar_read(self->taken + COUNTER));
}

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

TEST_F(exclusive, guard_takes_its_place)
{
	take(_metadata, self);
	ASSERT_EQ(0, madvise(self->taken, TAKEN * PFNMAP_4K, MADV_GUARD_INSTALL));
	check_kind(_metadata, self, TEST_EXCLUSIVE_MARKER);
	EXPECT_EQ(SIGSEGV, try_read(self->taken));
	EXPECT_EQ(-EFAULT, take_page(self->fd, self->taken, self->how));
	ASSERT_EQ(0, madvise(self->taken, TAKEN * PFNMAP_4K, MADV_GUARD_REMOVE));
	EXPECT_EQ(0, bar_read(self->taken + COUNTER));
	check_others(_metadata, self);
}

/* Copies of the pages of a file, which go with the file or not. */
static int map_file(struct __test_metadata *_metadata, exclusive_t *self)
{
	int fd = memfd_create("exclusive", MFD_CLOEXEC);
	char *va = exclusive_map(SIZE);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, SIZE));
	va = mmap(va, SIZE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
	use_memory(_metadata, self, va);
	return fd;
}

TEST_F(exclusive, truncated)
{
	int fd = map_file(_metadata, self), i;

	take(_metadata, self);
	ASSERT_EQ(0, ftruncate(fd, FIRST * PFNMAP_4K));
	check_kind(_metadata, self, TEST_EXCLUSIVE_NONE);
	for (i = FIRST; i < PAGES; i++)
		EXPECT_EQ(SIGBUS, try_read(page_at(self->va, i)));
	EXPECT_EQ(-EFAULT, take_page(self->fd, self->taken, self->how));
	for (i = 0; i < FIRST; i++)
		EXPECT_TRUE(holds(self, self->va, i));
}

/* A hole is made in the file, and none in its copies. */
TEST_F(exclusive, hole_in_the_file)
{
	const int flags = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int fd = map_file(_metadata, self);

	take(_metadata, self);
	ASSERT_EQ(0, fallocate(fd, flags, 0, SIZE));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

/* Advice that finds no page, and leaves the entry as it is */

static void check_advice(struct __test_metadata *_metadata, exclusive_t *self, int advice)
{
	take(_metadata, self);
	ASSERT_EQ(0, madvise(self->taken, TAKEN * PFNMAP_4K, advice));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, madvise_cold)
{
	check_advice(_metadata, self, MADV_COLD);
}

TEST_F(exclusive, madvise_pageout)
{
	check_advice(_metadata, self, MADV_PAGEOUT);
}

/* The device may write it any time: what it holds is of use. */
TEST_F(exclusive, madvise_free)
{
	check_advice(_metadata, self, MADV_FREE);
}

TEST_F(exclusive, madvise_willneed)
{
	check_advice(_metadata, self, MADV_WILLNEED);
}

/* These touch each page. */

TEST_F(exclusive, populate_gives_back)
{
	take(_metadata, self);
	ASSERT_EQ(0, madvise(self->va, SIZE, MADV_POPULATE_WRITE));
	check_kind(_metadata, self, TEST_EXCLUSIVE_PRESENT);
	check_back(_metadata, self, self->va, RW);
}

TEST_F(exclusive, mlock_gives_back)
{
	take(_metadata, self);
	ASSERT_EQ(0, mlock(self->va, SIZE));
	check_kind(_metadata, self, TEST_EXCLUSIVE_PRESENT);
	check_data(_metadata, self, self->va);
	take(_metadata, self);
	ASSERT_EQ(0, munlock(self->va, SIZE));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

TEST_HARNESS_MAIN

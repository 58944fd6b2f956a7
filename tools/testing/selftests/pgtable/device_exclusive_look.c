// SPDX-License-Identifier: GPL-2.0
/*
 * Who looks at device-exclusive entries leaves them as they are; and the two bits that an entry
 * keeps for others while the device has the page: soft dirty and write-protected by userfaultfd.
 */
#define _GNU_SOURCE
#include <linux/userfaultfd.h>

#include "device_exclusive_pages.h"
#include "vm_util.h"

TEST_F(exclusive, mincore_says_it_is_there)
{
	unsigned char in_core[PAGES] = {};
	int i;

	take(_metadata, self);
	ASSERT_EQ(0, mincore(self->va, SIZE, in_core));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(1, in_core[i] & 1);
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

/* Of the mapping at @va, kB, or -1. */
static long smaps_kb(const void *va, const char *name)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	char line[256], start[32];
	bool found = false;
	long kb = -1;

	snprintf(start, sizeof(start), "%lx-", (unsigned long)va);
	while (kb < 0 && file && fgets(line, sizeof(line), file)) {
		found |= !strncmp(line, start, strlen(start));
		if (found && !strncmp(line, name, strlen(name)))
			kb = atol(line + strlen(name));
	}
	if (file)
		fclose(file);
	return kb;
}

TEST_F(exclusive, smaps_counts_it)
{
	const long kb = SIZE / 1024;

	take(_metadata, self);
	EXPECT_EQ(kb, smaps_kb(self->va, "Rss:"));
	EXPECT_EQ(kb, smaps_kb(self->va, "Pss:"));
	EXPECT_EQ(kb, smaps_kb(self->va, "Anonymous:"));
	EXPECT_EQ(0, smaps_kb(self->va, "Swap:"));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
}

/* A counter that goes up and down with the entries of the process. */
TEST_F(exclusive, rss_counts_it)
{
	long before = proc_kb("/proc/self/status", "RssAnon:");

	/* Nothing else of the test is to come. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_EQ(0, munlock(self->va, SIZE));
	before = proc_kb("/proc/self/status", "RssAnon:");
	take(_metadata, self);
	EXPECT_EQ(before, proc_kb("/proc/self/status", "RssAnon:"));
	ASSERT_EQ(0, madvise(self->taken, TAKEN * PFNMAP_4K, MADV_DONTNEED));
	EXPECT_EQ(before - TAKEN * 4, proc_kb("/proc/self/status", "RssAnon:"));
	check_others(_metadata, self);
}

TEST_F(exclusive, pagemap_says_it_is_not_present)
{
	int fd = open("/proc/self/pagemap", O_RDONLY), i;

	take(_metadata, self);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(is_taken(i) ? PM_SWAP : PM_PRESENT,
			  pagemap_get_entry(fd, page_at(self->va, i)) & (PM_SWAP | PM_PRESENT));
	check_exclusive(_metadata, self, self->va);
	check_back(_metadata, self, self->va, RW);
	close(fd);
}

/* Soft dirty */

static bool start_soft_dirty(struct __test_metadata *_metadata)
{
	if (!softdirty_supported())
		SKIP(return false, "no soft-dirty bit on this architecture");
	clear_softdirty();
	return true;
}

/* Only the pages that were taken have @dirty, in the entry and for who reads pagemap. */
static void check_soft_dirty(struct __test_metadata *_metadata, exclusive_t *self, bool dirty)
{
	int fd = open("/proc/self/pagemap", O_RDONLY), i;
	__u32 flags;
	bool want;

	for (i = 0; i < PAGES; i++) {
		want = dirty && is_taken(i);
		flags = look_at(self->fd, page_at(self->va, i)).flags;
		EXPECT_EQ(want, !!(flags & TEST_EXCLUSIVE_SOFT_DIRTY))
			TH_LOG("page %d", i);
		EXPECT_EQ(want, pagemap_is_softdirty(fd, page_at(self->va, i)))
			TH_LOG("page %d", i);
	}
	close(fd);
}

/* The device may write what it takes. */
TEST_F(exclusive, soft_dirty_when_taken)
{
	if (!start_soft_dirty(_metadata))
		return;
	check_soft_dirty(_metadata, self, false);
	take(_metadata, self);
	check_soft_dirty(_metadata, self, true);
	check_data(_metadata, self, self->va);
	check_soft_dirty(_metadata, self, true);
}

/* What is clean when it is given back has to fault when the CPU writes it. */
TEST_F(exclusive, soft_clean_when_cleared)
{
	int i;

	if (!start_soft_dirty(_metadata))
		return;
	take(_metadata, self);
	clear_softdirty();
	check_exclusive(_metadata, self, self->va);
	check_soft_dirty(_metadata, self, false);
	check_data(_metadata, self, self->va);
	check_soft_dirty(_metadata, self, false);
	drain();
	for (i = FIRST; i < FIRST + TAKEN; i++) {
		check_present(_metadata, self, self->va, i, false);
		EXPECT_EQ(0, try_write(page_at(self->va, i), word(i)));
	}
	check_soft_dirty(_metadata, self, true);
	take(_metadata, self);
	check_soft_dirty(_metadata, self, true);
}

/* What is moved counts as written, for there is something new where it is then. */
TEST_F(exclusive, soft_dirty_when_moved)
{
	char *to = exclusive_map(SIZE);
	int i;

	if (!start_soft_dirty(_metadata))
		return;
	take(_metadata, self);
	clear_softdirty();
	ASSERT_EQ(to, mremap(self->va, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(look_at(self->fd, page_at(to, i)).flags & TEST_EXCLUSIVE_SOFT_DIRTY);
	check_back_written(_metadata, self, to);
}

/* Write-protected by userfaultfd */

static int uffd_open(struct __test_metadata *_metadata, exclusive_t *self)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)self->va, SIZE },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	int fd;

	if (!need(_metadata, "/proc/sys/vm/unprivileged_userfaultfd", "CONFIG_USERFAULTFD"))
		return -1;
	fd = syscall(__NR_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	ASSERT_LE(0, fd);
	if (ioctl(fd, UFFDIO_API, &api))
		SKIP(return -1, "userfaultfd protects nothing on this architecture");
	ASSERT_EQ(0, ioctl(fd, UFFDIO_REGISTER, &reg));
	return fd;
}

static int uffd_protect(exclusive_t *self, int fd, bool protect)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)self->va, SIZE },
		.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	return result(ioctl(fd, UFFDIO_WRITEPROTECT, &wp));
}

static void check_uffd(struct __test_metadata *_metadata, exclusive_t *self, bool protected)
{
	__u32 flags;
	int i;

	for (i = 0; i < PAGES; i++) {
		flags = look_at(self->fd, page_at(self->va, i)).flags;
		EXPECT_EQ(protected, !!(flags & TEST_EXCLUSIVE_UFFD))
			TH_LOG("page %d", i);
	}
}

/* The bit waits in the entry, and the page that comes back has it. */
TEST_F(exclusive, uffd_protects_it)
{
	int fd = uffd_open(_metadata, self), i;

	if (fd < 0)
		return;
	take(_metadata, self);
	ASSERT_EQ(0, uffd_protect(self, fd, true));
	check_exclusive(_metadata, self, self->va);
	check_uffd(_metadata, self, true);
	check_data(_metadata, self, self->va);
	check_uffd(_metadata, self, true);
	drain();
	for (i = 0; i < PAGES; i++)
		check_present(_metadata, self, self->va, i, false);
	ASSERT_EQ(0, uffd_protect(self, fd, false));
	check_uffd(_metadata, self, false);
	check_back_written(_metadata, self, self->va);
	close(fd);
}

TEST_F(exclusive, uffd_spares_it_again)
{
	int fd = uffd_open(_metadata, self);

	if (fd < 0)
		return;
	take(_metadata, self);
	ASSERT_EQ(0, uffd_protect(self, fd, true));
	ASSERT_EQ(0, uffd_protect(self, fd, false));
	check_exclusive(_metadata, self, self->va);
	check_uffd(_metadata, self, false);
	check_back_written(_metadata, self, self->va);
	close(fd);
}

/* Who may not write has nothing to give, and faults of the kernel are not handed to user space. */
TEST_F(exclusive, uffd_refuses_the_device)
{
	int fd = uffd_open(_metadata, self);

	if (fd < 0)
		return;
	ASSERT_EQ(0, uffd_protect(self, fd, true));
	EXPECT_EQ(-EFAULT, take_page(self->fd, self->taken, self->how));
	check_uffd(_metadata, self, true);
	ASSERT_EQ(0, uffd_protect(self, fd, false));
	take(_metadata, self);
	check_back_written(_metadata, self, self->va);
	close(fd);
}

TEST_HARNESS_MAIN

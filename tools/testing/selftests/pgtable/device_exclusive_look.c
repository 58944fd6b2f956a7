// SPDX-License-Identifier: GPL-2.0
/*
 * Looking at device-exclusive entries leaves them as they are. And two bits that an entry keeps
 * while the device has the page: soft-dirty, and write-protected by userfaultfd. And pages that
 * userfaultfd moves.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <linux/userfaultfd.h>

#include "lib/child.h"
#include "lib/harness.h"
#include "lib/pages.h"
#include "lib/proc.h"
#include "lib/race.h"
#include "vm_util.h"

FIXTURE_PAGES

TEST_F(exclusive, mincore_says_it_is_there)
{
	unsigned char in_core[PAGES] = {};
	int i;

	pages_take(&self->pages);
	ASSERT_EQ(0, mincore(self->pages.va, SIZE, in_core));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(1, in_core[i] & 1);
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

/* The value of field @name of the mapping at @va, kB, or -1. */
static long smaps_kb(const void *va, const char *name)
{
	const char *mapping = NULL;

	if (proc_read("/proc/self/smaps") >= 0)
		mapping = mapping_in_text(va, '-');
	return number_after(mapping, name);
}

TEST_F(exclusive, smaps_counts_it)
{
	const long kb = SIZE / 1024;

	pages_take(&self->pages);
	EXPECT_EQ(kb, smaps_kb(self->pages.va, "Rss:"));
	EXPECT_EQ(kb, smaps_kb(self->pages.va, "Pss:"));
	EXPECT_EQ(kb, smaps_kb(self->pages.va, "Anonymous:"));
	EXPECT_EQ(0, smaps_kb(self->pages.va, "Swap:"));
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
}

/* RSS goes up and down with the entries of the process. */
TEST_F(exclusive, rss_counts_it)
{
	long before = proc_kb("/proc/self/status", "RssAnon:");

	/* Populates all else that the test uses. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_EQ(0, munlock(self->pages.va, SIZE));
	before = proc_kb("/proc/self/status", "RssAnon:");
	pages_take(&self->pages);
	EXPECT_EQ(before, proc_kb("/proc/self/status", "RssAnon:"));
	ASSERT_EQ(0, madvise(self->pages.taken, TAKEN * PAGE_SIZE, MADV_DONTNEED));
	EXPECT_EQ(before - TAKEN * table_kb(), proc_kb("/proc/self/status", "RssAnon:"));
	pages_check_others(&self->pages);
}

TEST_F(exclusive, pagemap_says_it_is_not_present)
{
	int fd = open("/proc/self/pagemap", O_RDONLY), i;
	__u64 entry;

	pages_take(&self->pages);
	for (i = 0; i < PAGES; i++) {
		entry = pagemap_get_entry(fd, page_at(self->pages.va, i));
		EXPECT_EQ(is_taken(i) ? PM_SWAP : PM_PRESENT, entry & (PM_SWAP | PM_PRESENT));
	}
	pages_check_exclusive(&self->pages, self->pages.va);
	pages_check_back(&self->pages, self->pages.va, RW);
	close(fd);
}

/* Soft dirty */

static const char *lacks_soft_dirty(void)
{
	return softdirty_supported() ? NULL : "no soft-dirty bit on this architecture";
}

/* The pages that were taken are soft-dirty, or not, in the entry and in pagemap; no other is. */
static void check_soft_dirty(struct __test_metadata *_metadata, struct pages *pages, bool dirty)
{
	int fd = open("/proc/self/pagemap", O_RDONLY), i;
	__u32 flags;
	bool want;

	for (i = 0; i < PAGES; i++) {
		want = dirty && is_taken(i);
		flags = look_at(pages->fd, page_at(pages->va, i)).flags;
		EXPECT_EQ(want, !!(flags & TEST_EXCLUSIVE_SOFT_DIRTY))
			TH_LOG("page %d", i);
		EXPECT_EQ(want, pagemap_is_softdirty(fd, page_at(pages->va, i)))
			TH_LOG("page %d", i);
	}
	close(fd);
}

/* The device may write a page that it takes. */
TEST_F(exclusive, soft_dirty_when_taken)
{
	NEED(lacks_soft_dirty());
	clear_softdirty();
	check_soft_dirty(_metadata, &self->pages, false);
	pages_take(&self->pages);
	check_soft_dirty(_metadata, &self->pages, true);
	pages_check_data(&self->pages, self->pages.va);
	check_soft_dirty(_metadata, &self->pages, true);
}

/* A page that is clean when it comes back is read-only until the CPU writes it. */
TEST_F(exclusive, soft_clean_when_cleared)
{
	int i;

	NEED(lacks_soft_dirty());
	clear_softdirty();
	pages_take(&self->pages);
	clear_softdirty();
	pages_check_exclusive(&self->pages, self->pages.va);
	check_soft_dirty(_metadata, &self->pages, false);
	pages_check_data(&self->pages, self->pages.va);
	check_soft_dirty(_metadata, &self->pages, false);
	drain();
	for (i = FIRST; i < FIRST + TAKEN; i++) {
		pages_check_present(&self->pages, self->pages.va, i, false);
		EXPECT_EQ(0, try_write(page_at(self->pages.va, i), word(i)));
	}
	check_soft_dirty(_metadata, &self->pages, true);
	pages_take(&self->pages);
	check_soft_dirty(_metadata, &self->pages, true);
}

/* mremap() makes pages dirty: they are new at their address. */
TEST_F(exclusive, soft_dirty_when_moved)
{
	char *to = map_small(SIZE);
	int i;

	NEED(lacks_soft_dirty());
	clear_softdirty();
	pages_take(&self->pages);
	clear_softdirty();
	ASSERT_EQ(to, mremap(self->pages.va, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(look_at(self->pages.fd, page_at(to, i)).flags &
			    TEST_EXCLUSIVE_SOFT_DIRTY);
	pages_check_back_written(&self->pages, to);
}

/* Write-protected by userfaultfd */

/* Returns a descriptor that can do what @features say, or -errno. */
static int uffd_new(__u64 features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(__NR_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY), ret;

	ret = result(fd < 0 ? fd : ioctl(fd, UFFDIO_API, &api));
	if (ret < 0)
		close(fd);
	return ret < 0 ? ret : fd;
}

static const char *lacks_uffd(void)
{
	int fd;

	if (access("/proc/sys/vm/unprivileged_userfaultfd", F_OK))
		return "this kernel has no CONFIG_USERFAULTFD";
	fd = uffd_new(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
	close(fd);
	return fd == -EINVAL ? "userfaultfd protects nothing on this architecture" : NULL;
}

static int uffd_watch(struct __test_metadata *_metadata, char *va, __u64 features, __u64 mode)
{
	struct uffdio_register reg = { .range = { (uintptr_t)va, SIZE }, .mode = mode };
	int fd = uffd_new(features);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ioctl(fd, UFFDIO_REGISTER, &reg));
	return fd;
}

static int uffd_open(struct __test_metadata *_metadata, struct pages *pages)
{
	return uffd_watch(_metadata, pages->va, UFFD_FEATURE_PAGEFAULT_FLAG_WP,
			  UFFDIO_REGISTER_MODE_WP);
}

static int uffd_protect(struct pages *pages, int fd, bool protect)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)pages->va, SIZE },
		.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	return result(ioctl(fd, UFFDIO_WRITEPROTECT, &wp));
}

static void check_uffd(struct __test_metadata *_metadata, struct pages *pages, bool protected)
{
	__u32 flags;
	int i;

	for (i = 0; i < PAGES; i++) {
		flags = look_at(pages->fd, page_at(pages->va, i)).flags;
		EXPECT_EQ(protected, !!(flags & TEST_EXCLUSIVE_UFFD))
			TH_LOG("page %d", i);
	}
}

/* The entry keeps the bit, and the page has it when it comes back. */
TEST_F(exclusive, uffd_protects_it)
{
	int fd, i;

	NEED(lacks_uffd());
	fd = uffd_open(_metadata, &self->pages);
	pages_take(&self->pages);
	ASSERT_EQ(0, uffd_protect(&self->pages, fd, true));
	pages_check_exclusive(&self->pages, self->pages.va);
	check_uffd(_metadata, &self->pages, true);
	pages_check_data(&self->pages, self->pages.va);
	check_uffd(_metadata, &self->pages, true);
	drain();
	for (i = 0; i < PAGES; i++)
		pages_check_present(&self->pages, self->pages.va, i, false);
	ASSERT_EQ(0, uffd_protect(&self->pages, fd, false));
	check_uffd(_metadata, &self->pages, false);
	pages_check_back_written(&self->pages, self->pages.va);
	close(fd);
}

TEST_F(exclusive, uffd_spares_it_again)
{
	int fd;

	NEED(lacks_uffd());
	fd = uffd_open(_metadata, &self->pages);
	pages_take(&self->pages);
	ASSERT_EQ(0, uffd_protect(&self->pages, fd, true));
	ASSERT_EQ(0, uffd_protect(&self->pages, fd, false));
	pages_check_exclusive(&self->pages, self->pages.va);
	check_uffd(_metadata, &self->pages, false);
	pages_check_back_written(&self->pages, self->pages.va);
	close(fd);
}

static bool is_not_protected(struct pages *pages)
{
	bool right = true;
	int i;

	for (i = 0; i < PAGES; i++) {
		right &= !(look_at(pages->fd, page_at(pages->va, i)).flags & TEST_EXCLUSIVE_UFFD);
		right &= pages_hold(pages, pages->va, i);
	}
	return right;
}

/* The child of a process is not registered with the userfaultfd of its parent. */
TEST_F(exclusive, uffd_is_not_the_child_s)
{
	pid_t pid;
	int fd;

	NEED(lacks_uffd());
	fd = uffd_open(_metadata, &self->pages);
	pages_take(&self->pages);
	ASSERT_EQ(0, uffd_protect(&self->pages, fd, true));
	pid = fork();
	if (!pid)
		_exit(!is_not_protected(&self->pages));
	EXPECT_TRUE(child_was_right(pid));
	check_uffd(_metadata, &self->pages, true);
	ASSERT_EQ(0, uffd_protect(&self->pages, fd, false));
	pages_check_back_written(&self->pages, self->pages.va);
	close(fd);
}

/* The device needs a writable page, and this userfaultfd handles no faults of the kernel. */
TEST_F(exclusive, uffd_refuses_the_device)
{
	int fd;

	NEED(lacks_uffd());
	fd = uffd_open(_metadata, &self->pages);
	ASSERT_EQ(0, uffd_protect(&self->pages, fd, true));
	EXPECT_EQ(-EFAULT, take_page(self->pages.fd, self->pages.taken, self->pages.how));
	check_uffd(_metadata, &self->pages, true);
	ASSERT_EQ(0, uffd_protect(&self->pages, fd, false));
	pages_take(&self->pages);
	pages_check_back_written(&self->pages, self->pages.va);
	close(fd);
}

/* Moved by userfaultfd */

static void uffd_move(struct __test_metadata *_metadata, struct pages *pages, char *to)
{
	int fd = uffd_watch(_metadata, to, UFFD_FEATURE_MOVE, UFFDIO_REGISTER_MODE_MISSING);
	struct uffdio_move move = {
		.dst = (uintptr_t)to,
		.src = (uintptr_t)pages->va,
		.len = SIZE,
	};

	ASSERT_EQ(0, result(ioctl(fd, UFFDIO_MOVE, &move)));
	EXPECT_EQ(SIZE, move.move);
	close(fd);
}

/* The pages are taken back from the device, and moved as the others are. */
TEST_F(exclusive, uffd_moves_it)
{
	char *to = map_small(SIZE);

	NEED(lacks_uffd());
	pages_take(&self->pages);
	uffd_move(_metadata, &self->pages, to);
	pages_check_kind(&self->pages, TEST_EXCLUSIVE_NONE);
	pages_check_back_written(&self->pages, to);
}

TEST_F(exclusive, uffd_move_waits_for_the_device)
{
	char *to = map_small(SIZE);
	struct hold held;

	NEED(lacks_uffd());
	pages_start_hold(&self->pages, &held);
	uffd_move(_metadata, &self->pages, to);
	EXPECT_LE(held.until, race_now());
	EXPECT_EQ(1, hold_end(&held));
	pages_check_back_written(&self->pages, to);
}

TEST_HARNESS_MAIN

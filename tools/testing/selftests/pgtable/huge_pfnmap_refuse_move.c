// SPDX-License-Identifier: GPL-2.0
/*
 * Migration and userfaultfd move no page of a PFN mapping, and userfaultfd registers none.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/userfaultfd.h>
#include <sys/syscall.h>

#include "lib/huge.h"
#include "lib/need.h"

/* A vma of VM_MIXEDMAP may have pages too: only the entries say that these have none. */
ALL_VARIANTS(huge, mixedmap);

/* Migration */

#define NUMA_MIGRATION	"/sys/kernel/mm/numa/demotion_enabled", "CONFIG_NUMA_MIGRATION"
#define SECOND_NODE	"/sys/devices/system/node/node1", "second node: boot it with numa=fake=2"

#define MPOL_BIND		2	/* of <numaif.h>, which belongs to libnuma */
#define MPOL_MF_STRICT		(1 << 0)
#define MPOL_MF_MOVE		(1 << 1)
#define MPOL_MF_MOVE_ALL	(1 << 2)
#define MPOL_F_NODE		(1 << 0)
#define MPOL_F_ADDR		(1 << 1)

/* Moves the page at @va to a node; without @node it returns the node that the page is on. */
static long move_page(char *va, const int *node)
{
	void *page = va;
	int status = -EPROTO;
	long ret = result(syscall(__NR_move_pages, 0, 1, &page, node, &status,
				  MPOL_MF_MOVE_ALL));

	return ret ?: status;
}

/* There is no folio, and the kernel does not look for one to move in VM_IO or VM_PFNMAP. */
TEST_F(huge, move_pages)
{
	char *memory = memory_before();
	const int node = 0;
	long error;
	int i;

	NEED(lacks(NUMA_MIGRATION));
	map_all();
	error = is_mixedmap() ? -ENOENT : -EFAULT;
	EXPECT_LE(0, move_page(memory, NULL));
	EXPECT_EQ(0, move_page(memory, &node));
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(-ENOENT, move_page(spot(i), NULL));
		EXPECT_EQ(error, move_page(spot(i), &node));
	}
	check_all();
}

/* The node that the page at @va is on. */
static long node_of(const char *va)
{
	int node = -1;
	long ret = result(syscall(__NR_get_mempolicy, &node, NULL, 0, va,
				  MPOL_F_NODE | MPOL_F_ADDR));

	return ret ?: node;
}

static long bind_to_node(char *va, __u64 size, unsigned int flags)
{
	const unsigned long node = 1;

	return result(syscall(__NR_mbind, va, size, MPOL_BIND, &node, 8, flags));
}

TEST_F(huge, mbind)
{
	NEED(lacks(NUMA));
	map_all();
	EXPECT_EQ(0, bind_to_node(map.va, map.size, MPOL_MF_MOVE));
	EXPECT_EQ(0, bind_to_node(map.va, map.size, MPOL_MF_MOVE_ALL));
	check_all();
}

/* STRICT has each page looked at, VM_PFNMAP or not. */
TEST_F(huge, mbind_strict)
{
	NEED(lacks(NUMA));
	map_all();
	EXPECT_EQ(0, bind_to_node(map.va, map.size, MPOL_MF_STRICT));
	EXPECT_EQ(0, bind_to_node(map.va, map.size, MPOL_MF_STRICT | MPOL_MF_MOVE));
	check_all();
}

/* Moves what the process has on one of two nodes to the other. */
static long migrate(unsigned long from, unsigned long to)
{
	from = 1UL << from;
	to = 1UL << to;
	return result(syscall(__NR_migrate_pages, 0, 8, &from, &to));
}

TEST_F(huge, migrate_pages)
{
	char *memory = memory_before();

	NEED(lacks(NUMA_MIGRATION));
	NEED(lacks(SECOND_NODE));
	map_all();
	EXPECT_LE(0, migrate(0, 1));
	EXPECT_EQ(1, node_of(memory));
	EXPECT_LE(0, migrate(1, 0));
	EXPECT_EQ(0, node_of(memory));
	check_all();
}

/* userfaultfd */

static int uffd_open(__u64 features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(__NR_userfaultfd, O_CLOEXEC);

	return fd < 0 || ioctl(fd, UFFDIO_API, &api) ? -errno : fd;
}

static long uffd_watch(int fd, void *va, __u64 size, __u64 mode)
{
	struct uffdio_register arg = { { (uintptr_t)va, size }, mode, 0 };

	return result(ioctl(fd, UFFDIO_REGISTER, &arg));
}

static const struct {
	__u64 features;
	__u64 mode;
} watches[] = {
	{ 0, UFFDIO_REGISTER_MODE_MISSING },
	{ UFFD_FEATURE_WP_HUGETLBFS_SHMEM, UFFDIO_REGISTER_MODE_WP },
	{ UFFD_FEATURE_WP_ASYNC | UFFD_FEATURE_WP_UNPOPULATED, UFFDIO_REGISTER_MODE_WP },
	{ UFFD_FEATURE_MINOR_SHMEM, UFFDIO_REGISTER_MODE_MINOR },
	{ UFFD_FEATURE_RWP, UFFDIO_REGISTER_MODE_RWP },
};

/* VM_SPECIAL is not watched in any mode, shared memory is in all. */
TEST_F(huge, userfaultfd_register)
{
	char *shared = mmap(NULL, 2 * (long)PAGE_SIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *memory = memory_before();
	unsigned int i;
	__u64 mode;
	int fd;

	map_all();
	ASSERT_NE(MAP_FAILED, shared);
	for (i = 0; i < ARRAY_SIZE(watches); i++) {
		fd = uffd_open(watches[i].features);
		ASSERT_LE(0, fd);
		mode = watches[i].mode;
		EXPECT_EQ(0, uffd_watch(fd, shared, 2 * (long)PAGE_SIZE, mode));
		EXPECT_EQ(-EINVAL, uffd_watch(fd, map.va, map.size, mode));
		EXPECT_EQ(-EINVAL, uffd_watch(fd, spot(1), 2 * (long)PAGE_SIZE, mode));
		EXPECT_EQ(-EINVAL, uffd_watch(fd, memory, 2 * (long)PAGE_SIZE, mode));
		close(fd);
	}
	check_all();
}

static long uffd_move(int fd, void *to, void *from)
{
	struct uffdio_move arg = { (uintptr_t)to, (uintptr_t)from, (long)PAGE_SIZE, 0, 0 };

	return result(ioctl(fd, UFFDIO_MOVE, &arg));
}

static long uffd_copy(int fd, void *to, void *from)
{
	struct uffdio_copy arg = { (uintptr_t)to, (uintptr_t)from, (long)PAGE_SIZE, 0, 0 };

	return result(ioctl(fd, UFFDIO_COPY, &arg));
}

/* Pages are moved between anonymous vmas, and copied into watched ones only. */
TEST_F(huge, userfaultfd_move)
{
	char *to = mmap(NULL, (long)PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *memory = memory_before();
	int i, fd = uffd_open(UFFD_FEATURE_MOVE);

	map_all();
	ASSERT_NE(MAP_FAILED, to);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, uffd_watch(fd, to, (long)PAGE_SIZE, UFFDIO_REGISTER_MODE_MISSING));
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(-EINVAL, uffd_move(fd, to, spot(i)));
		EXPECT_EQ(-EINVAL, uffd_move(fd, spot(i), memory));
		EXPECT_EQ(-ENOENT, uffd_copy(fd, spot(i), memory));
	}
	EXPECT_EQ(0, uffd_move(fd, to, memory));
	EXPECT_EQ(1, to[0]);
	check_all();
}

TEST_HARNESS_MAIN

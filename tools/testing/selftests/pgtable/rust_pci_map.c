// SPDX-License-Identifier: GPL-2.0
/*
 * A PCI driver in Rust that maps a BAR: the sample rust_driver_pci_map, on QEMU's ivshmem-plain.
 *
 * The BAR is mapped by the entries that its addresses allow. When the device is unbound no process
 * has an entry left, and no access reaches it, until a new file is mapped after it is bound again.
 * FOLLOW_RACE_SECONDS (10) says for how long to race.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/harness.h"
#include "lib/level.h"
#include "lib/lookup.h"
#include "lib/need.h"
#include "lib/proc.h"
#include "lib/race.h"
#include "lib/vfio.h"

#define DRIVER	"/sys/bus/pci/drivers/rust_driver_pci_map"
#define NODE	"/dev/rust_driver_pci_map"
#define IVSHMEM	"PCI_ID=1AF4:1110"
#define GONE	refusal_of(SIGBUS, BUS_ADRERR)

static struct pfnmap_bar bar = { .index = 2 };
static char bdf[NAME_MAX];
static int follow;	/* the test device */

/* Finds the device. Returns NULL or why the test is to be skipped. */
static const char *find_device(void)
{
	char path[PATH_MAX];
	glob_t all = {};
	size_t i;

	glob("/sys/bus/pci/devices/*", 0, NULL, &all);
	for (i = 0; i < all.gl_pathc && !*bdf; i++) {
		snprintf(path, sizeof(path), "%s/uevent", all.gl_pathv[i]);
		if (proc_read(path) > 0 && strstr(proc_text, IVSHMEM))
			strcpy(bdf, strrchr(all.gl_pathv[i], '/') + 1);
	}
	globfree(&all);
	return !*bdf ? "no ivshmem-plain" :
	       bar_resource(bdf, &bar) || bar.size < 2 * PFNMAP_1G ? "its BAR is not 2 GiB" : NULL;
}

static bool is_bound(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DRIVER "/%s", bdf);
	return !access(path, F_OK);
}

static bool bind_device(void)
{
	return is_bound() || proc_write(DRIVER "/bind", bdf);
}

static bool unbind_device(void)
{
	return proc_write(DRIVER "/unbind", bdf) && !is_bound();
}

static int open_node(void)
{
	return result(open(NODE, O_RDWR | O_CLOEXEC));
}

/* The BAR through sysfs, which does not need the driver. */
static char *map_truth(__u64 size)
{
	char path[PATH_MAX];
	void *va;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%d", bdf, bar.index);
	fd = open(path, O_RDWR | O_CLOEXEC);
	va = mmap(NULL, size, RW, MAP_SHARED, fd, 0);
	close(fd);
	return va;
}

/* Whether no entry maps an address of a process, 0 for this one. */
static bool is_gone(pid_t pid, const char *va)
{
	struct test_pfnmap_follow f;

	return pfnmap_follow_of(follow, pid, va, 1, &f) == -EINVAL;
}

static const char *setup(void)
{
	const char *why_not = lacks(DRIVER, "rust_driver_pci_map") ?: find_device();

	follow = pfnmap_follow_open();
	return why_not ?: lacks_test_device(follow);
}

/* The BAR mapped from the start on, each block by one entry. */
static struct {
	enum pfnmap_level level;	/* of the entries */
	__u64 block, size;
	char *va, *truth;
	int fd;
} map;

FIXTURE(pci)
{
};

FIXTURE_VARIANT(pci)
{
	enum pfnmap_level level;
	int blocks;
};

FIXTURE_VARIANT_ADD(pci, pte) { .level = PFNMAP_PTE, .blocks = 4 };
FIXTURE_VARIANT_ADD(pci, pmd) { .level = PFNMAP_PMD, .blocks = 4 };
FIXTURE_VARIANT_ADD(pci, pud) { .level = PFNMAP_PUD, .blocks = 2 };

#define for_each_block(at)	for (at = 0; at < map.size; at += map.block)

static char *map_fd(int fd, enum pfnmap_level level, __u64 size)
{
	void *va = pfnmap_pick(level, bar.phys, size);

	return mmap(va, size, RW, MAP_SHARED | MAP_FIXED, fd, 0);
}

FIXTURE_SETUP(pci)
{
	__u64 at;

	NEED(setup());
	ASSERT_EQ(0, catch_refusals());
	ASSERT_TRUE(bind_device());
	map.level = pfnmap_arrives(variant->level);
	map.block = pfnmap_size(map.level);
	map.size = pfnmap_size(variant->level) * variant->blocks;
	map.truth = map_truth(map.size);
	ASSERT_NE(MAP_FAILED, map.truth);
	for_each_block(at)
		bar_write(map.truth + at, word(at));
	map.fd = open_node();
	ASSERT_LE(0, map.fd);
	map.va = map_fd(map.fd, variant->level, map.size);
	ASSERT_NE(MAP_FAILED, map.va);
}

FIXTURE_TEARDOWN(pci)
{
	close(map.fd);
}

/* Reads and writes a word in each block through @va, which maps the BAR from the start on. */
static void use_blocks(struct __test_metadata *_metadata, char *va)
{
	__u64 at;

	for_each_block(at) {
		EXPECT_EQ(bar_read(map.truth + at), bar_read(va + at));
		bar_write(va + at, word(at + 1));
		EXPECT_EQ(word(at + 1), bar_read(map.truth + at));
		bar_write(map.truth + at, word(at));
		EXPECT_EQ(word(at), bar_read(va + at));
	}
}

static void check_entries(struct __test_metadata *_metadata, pid_t pid)
{
	struct test_pfnmap_follow f;
	__u64 at;

	for_each_block(at) {
		ASSERT_EQ(0, pfnmap_follow_of(follow, pid, map.va + at, 1, &f));
		EXPECT_EQ((bar.phys + at) / PAGE_SIZE, f.pfn);
		EXPECT_EQ(~(map.block - 1), f.addr_mask);
		EXPECT_TRUE(f.writable && f.special);
	}
}

/* Nothing maps @va, from the start of the BAR on, and no access gets through. */
static void check_gone(struct __test_metadata *_metadata, char *va)
{
	__u64 at, value = 0;

	for_each_block(at) {
		EXPECT_TRUE(is_gone(0, va + at));
		EXPECT_EQ(GONE, try_access(va + at, false, &value));
		EXPECT_EQ(GONE, try_access(va + at + map.block - 8, true, &value));
		EXPECT_TRUE(is_gone(0, va + at));
		EXPECT_EQ(word(at), bar_read(map.truth + at));
	}
}

TEST_F(pci, one_fault_a_block)
{
	long before = pfnmap_faults();
	__u64 at;

	for_each_block(at)
		bar_write(map.va + at, word(at));
	EXPECT_EQ((long)(map.size / map.block), pfnmap_faults() - before);
	check_entries(_metadata, 0);
	use_blocks(_metadata, map.va);
}

TEST_F(pci, unbind)
{
	use_blocks(_metadata, map.va);
	check_entries(_metadata, 0);
	ASSERT_TRUE(unbind_device());
	check_gone(_metadata, map.va);
	ASSERT_TRUE(bind_device());
	/* The mapping belongs to the device that was bound when it was made. */
	check_gone(_metadata, map.va);
}

TEST_F(pci, unbind_after_close)
{
	use_blocks(_metadata, map.va);
	ASSERT_EQ(0, close(map.fd));
	use_blocks(_metadata, map.va);
	check_entries(_metadata, 0);
	ASSERT_TRUE(unbind_device());
	check_gone(_metadata, map.va);
}

/* In a child, for its lifetime: fork() copies the entries. */
TEST_F(pci, unbind_with_child)
{
	int go[2];
	pid_t pid;
	__u64 at;

	use_blocks(_metadata, map.va);
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		__u64 value = 0;
		bool right = true;
		char c;

		close(go[1]);
		right = !read(go[0], &c, 1);
		for_each_block(at)
			right = right && try_access(map.va + at, true, &value) == GONE &&
				is_gone(0, map.va + at);
		_exit(!right);
	}
	check_entries(_metadata, pid);
	ASSERT_TRUE(unbind_device());
	for_each_block(at)
		EXPECT_TRUE(is_gone(pid, map.va + at));
	check_gone(_metadata, map.va);
	close(go[1]);
	EXPECT_TRUE(child_was_right(pid));
	check_gone(_metadata, map.va);
}

/* Of mappings that were cut, moved and changed, no piece keeps an entry. */
TEST_F(pci, unbind_pieces)
{
	char *end = map.va + map.size - map.block, *moved;
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	__u64 value = 0;

	use_blocks(_metadata, map.va);
	moved = pfnmap_pick(variant->level, bar.phys, map.block);
	ASSERT_EQ(moved, mremap(end, map.block, map.block, flags, moved));
	EXPECT_EQ(word(map.size - map.block), bar_read(moved));
	if (map.block > PAGE_SIZE) {
		ASSERT_EQ(0, mprotect(map.va + PAGE_SIZE, PAGE_SIZE, PROT_READ));
		ASSERT_EQ(0, munmap(map.va + 3 * PAGE_SIZE, PAGE_SIZE));
		bar_read(map.va + PAGE_SIZE);
		bar_read(map.va + 4 * PAGE_SIZE);
	}
	ASSERT_TRUE(unbind_device());
	EXPECT_EQ(GONE, try_access(moved, true, &value));
	EXPECT_EQ(GONE, try_access(map.va, true, &value));
	if (map.block > PAGE_SIZE) {
		EXPECT_EQ(GONE, try_access(map.va + PAGE_SIZE, false, &value));
		EXPECT_EQ(GONE, try_access(map.va + 4 * PAGE_SIZE, true, &value));
	}
	EXPECT_TRUE(is_gone(0, moved));
	EXPECT_TRUE(is_gone(0, map.va));
	EXPECT_TRUE(is_gone(0, map.va + map.block - PAGE_SIZE));
}

TEST_F(pci, files_after_unbind)
{
	int fd;
	char *va;

	use_blocks(_metadata, map.va);
	ASSERT_TRUE(unbind_device());
	EXPECT_EQ(MAP_FAILED, map_fd(map.fd, variant->level, map.size));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-ENOENT, open_node());
	ASSERT_TRUE(bind_device());
	EXPECT_EQ(MAP_FAILED, map_fd(map.fd, variant->level, map.size));
	EXPECT_EQ(ENODEV, errno);
	fd = open_node();
	ASSERT_LE(0, fd);
	va = map_fd(fd, variant->level, map.size);
	ASSERT_NE(MAP_FAILED, va);
	use_blocks(_metadata, va);
	check_gone(_metadata, map.va);
	ASSERT_TRUE(unbind_device());
	check_gone(_metadata, va);
}

/* The BAR ends where its frames do, and is never copied. */
TEST_F(pci, refused)
{
	char *va = pfnmap_pick(variant->level, bar.phys, map.block);

	EXPECT_EQ(MAP_FAILED, mmap(va, PAGE_SIZE, RW, MAP_SHARED, map.fd, bar.size));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED,
		  mmap(va, 2 * PAGE_SIZE, RW, MAP_SHARED, map.fd, bar.size - PAGE_SIZE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(va, map.block, RW, MAP_PRIVATE, map.fd, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, remap_file_pages(map.va, map.block, 0, 0, 0));
	EXPECT_EQ(MAP_FAILED, mremap(map.va, map.size, 2 * map.size, MREMAP_MAYMOVE));
	use_blocks(_metadata, map.va);
}

/* A race */

#define TOUCHERS	2
#define AREA		(PFNMAP_1G + 2 * PMD_SIZE)	/* a PUD entry or more, and others */

static char *area[TOUCHERS + 1];	/* that a thread maps the BAR at */
static struct {
	atomic_long mapped, accesses, refused, absent, unbound, children;
} seen;

/* Maps the BAR; fails while there is no device, or one that goes. */
static bool map_area(char *va)
{
	int fd = open_node();
	void *got;

	if (fd < 0) {
		if (fd != -ENOENT && fd != -ENODEV)
			race_fail("open() failed", -fd);
		atomic_fetch_add(&seen.absent, 1);
		return false;
	}
	got = mmap(va, AREA, RW, MAP_SHARED | MAP_FIXED, fd, 0);
	if (got == MAP_FAILED && errno != ENODEV)
		race_fail("mmap() failed", errno);
	close(fd);
	if (got != MAP_FAILED)
		atomic_fetch_add(&seen.mapped, 1);
	return got != MAP_FAILED;
}

/* Writes and reads a word of the thread's own until @count accesses are done, or one is refused. */
static bool touch(char *va, int count)
{
	int refusal = 0;

	while (count-- && !refusal) {
		__u64 value = race_pick(-1ULL), seen_value;
		char *at = va + race_pick(AREA / PMD_SIZE) * PMD_SIZE + 8 * race_number;

		refusal = try_access(at, true, &value) ?: try_access(at, false, &seen_value);
		if (!refusal && value != seen_value)
			race_fail("a read found something else than was written", seen_value);
		atomic_fetch_add(&seen.accesses, 1);
	}
	if (refusal && refusal != GONE)
		race_fail("an access ended in another signal or code", refusal);
	atomic_fetch_add(&seen.refused, !!refusal);
	return !refusal;
}

static void touch_once(void)
{
	char *va = area[race_number];

	if (map_area(va))
		touch(va, race_pick(1000));
}

/*
 * Whether every block is refused in the end, and then none is mapped. While the device goes, blocks
 * that no entry maps are refused before the others.
 */
static bool all_go(char *va)
{
	__u64 at, value = 0;
	int refusal;

	for (at = 0; at < AREA; at += PMD_SIZE) {
		while (!(refusal = try_access(va + at + 8 * race_number, true, &value)))
			usleep(100);
		if (refusal != GONE)
			return false;
	}
	for (at = 0; at < AREA; at += PMD_SIZE)
		if (!is_gone(0, va + at))
			return false;
	return true;
}

/* A child has entries by fork() alone. */
static void fork_once(void)
{
	char *va = area[race_number];
	int status = 0;
	pid_t pid;

	if (!map_area(va) || !touch(va, 10))
		return;
	pid = fork();
	if (!pid) {
		alarm(30);
		while (touch(va, 10))
			;
		_exit(race_wrong || !all_go(va));
	}
	while (pid > 0 && !waitpid(pid, &status, WNOHANG)) {
		if (atomic_load(&race_over)) {
			/* It may wait for the next unbinding, which does not come. */
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			return;
		}
		usleep(1000);
	}
	if (pid < 0 || status)
		race_fail("a child reached the device, or did not run; status", status);
	atomic_fetch_add(&seen.children, 1);
}

/* While the device is not bound nothing is mapped. */
static void check_areas(void)
{
	__u64 at;
	int i;

	for (i = 0; i <= TOUCHERS; i++)
		for (at = 0; at < AREA; at += 64 * PMD_SIZE)
			if (!is_gone(0, area[i] + at))
				race_fail("a lookup found what is gone, of thread", i);
}

static void unbind_once(void)
{
	race_pause();
	if (!unbind_device())
		race_fail("cannot unbind", errno);
	check_areas();
	race_pause();
	check_areas();
	if (!bind_device())
		race_fail("cannot bind", errno);
	atomic_fetch_add(&seen.unbound, 1);
}

static bool seen_enough(void)
{
	return seen.mapped > 100 && seen.accesses > 1000 && seen.refused > 20 &&
	       seen.unbound > 20 && seen.children > 5;
}

/* The first ones are TOUCHERS, then the one that forks. */
static const struct racer racers[] = {
	{ "touch", touch_once, 0 }, { "touch", touch_once, 1 }, { "fork", fork_once, 0 },
	{ "unbind", unbind_once, 1 },
};

TEST(race_of_unbind)
{
	bool ended;
	int i;

	NEED(setup());
	NEED(lacks_two_cpus());
	ASSERT_EQ(0, catch_refusals());
	ASSERT_TRUE(bind_device());
	for (i = 0; i <= TOUCHERS; i++) {
		area[i] = pfnmap_pick(PFNMAP_PUD, bar.phys, AREA);
		ASSERT_NE(MAP_FAILED, mmap(area[i], AREA, PROT_NONE,
					   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
					   -1, 0));
	}
	ended = race_run(racers, ARRAY_SIZE(racers), race_seconds(10) * 1000000000ULL,
			 seen_enough, NULL);
	ASSERT_RACE();
	ASSERT_TRUE(ended);
	EXPECT_TRUE(seen_enough());
	TH_LOG("mapped %ld times, accesses %ld, SIGBUS %ld, no device %ld; unbound %ld, children %ld",
	       seen.mapped, seen.accesses, seen.refused, seen.absent, seen.unbound, seen.children);
}

TEST_HARNESS_MAIN

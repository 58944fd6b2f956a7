// SPDX-License-Identifier: GPL-2.0
/*
 * Private mappings of frames: a page is the device's until it is written, and then a copy.
 *
 * Only a driver that counts references (VM_MIXEDMAP) can serve faults of one; vfio refuses it. Files
 * that map all at once, by remap_pfn_range(), can have one: vm_pgoff is the first frame then, which
 * tells frames from copies.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/kinds.h"
#include "lib/mapping.h"

#define COPY	0x5a5a5a5aULL	/* what a test writes, and no device holds */
#define PLACES	3		/* where it does */

FIXTURE(private)
{
};

VARIANT_OF_KIND(private);
ALL_VARIANTS(private, mixedmap);

static void *map_private(int file, __u64 offset)
{
	const int flags = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE;

	return mmap(map.va, map.size, RW, flags, file, offset);
}

FIXTURE_SETUP(private)
{
	const char *why_not = mapping_open(variant->kind, variant->level);

	if (why_not)
		SKIP(return, "%s", why_not);
	ASSERT_EQ(map.va, map_private(map.source.file, map.source.offset));
}

FIXTURE_TEARDOWN(private)
{
	mapping_close();
}

/* The first two pages and the last one. */
static char *place(int i)
{
	const __u64 at[PLACES] = { 0, PAGE_SIZE, map.size - PAGE_SIZE };

	return map.va + at[i];
}

/* Beside the places, each page holds what the device does. */
static void check_device(struct __test_metadata *_metadata)
{
	__u64 at;

	for_each_block(at) {
		EXPECT_EQ(word(at + 8), bar_read(map.va + at + 8));
		EXPECT_EQ(word(at + map.block / 2), bar_read(map.va + at + map.block / 2));
	}
}

static void write_places(void)
{
	int i;

	for (i = 0; i < PLACES; i++)
		bar_write(place(i), COPY + i);
}

static bool places_hold(__u64 value)
{
	bool hold = true;
	int i;

	for (i = 0; i < PLACES; i++)
		hold &= bar_read(place(i)) == value + i;
	return hold;
}

/* What the device holds where a test writes. */
static void check_truth(struct __test_metadata *_metadata)
{
	int i;

	for (i = 0; i < PLACES; i++)
		EXPECT_EQ(word(place(i) - map.va), bar_read(map.truth + (place(i) - map.va)));
}

/* Beside a copy: what the device writes elsewhere is seen, and there not. */
static void check_beside(struct __test_metadata *_metadata)
{
	const __u64 middle = map.size / 2;

	bar_write(map.truth, ~word(0));
	bar_write(map.truth + middle, ~word(middle));
	EXPECT_EQ(COPY, bar_read(map.va));
	EXPECT_EQ(~word(middle), bar_read(map.va + middle));
	bar_write(map.truth, word(0));
	bar_write(map.truth + middle, word(middle));
}

/* Words that mapping_open() has not written. */
static void fill(void)
{
	__u64 at;
	int i;

	for_each_block(at)
		bar_write(map.truth + at + 8, word(at + 8));
	for (i = 0; i < PLACES; i++)
		bar_write(map.truth + (place(i) - map.va), word(place(i) - map.va));
}

TEST_F(private, read_shows_the_device)
{
	long before;
	__u64 at;

	fill();
	before = pfnmap_faults();
	touch_blocks(map.va);
	EXPECT_EQ((long)(map.size / map.block), pfnmap_faults() - before);
	for_each_block(at)
		read_block(map.va + at, at);
	bar_write(map.truth, ~word(0));
	EXPECT_EQ(~word(0), bar_read(map.va));
	bar_write(map.truth, word(0));
}

static void check_write_makes_a_copy(struct __test_metadata *_metadata)
{
	fill();
	write_places();
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
	check_beside(_metadata);
}

TEST_F(private, write_makes_a_copy)
{
	check_write_makes_a_copy(_metadata);
}

TEST_F(private, write_after_read_makes_a_copy)
{
	fill();
	touch_blocks(map.va);
	write_places();
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
	check_beside(_metadata);
}

/* A page that is copied is what it was before, but for what is written. */
static void check_copy_is_of_the_whole_page(struct __test_metadata *_metadata)
{
	fill();
	bar_write(map.va, COPY);
	EXPECT_EQ(word(8), bar_read(map.va + 8));
	bar_write(map.truth + 8, ~word(8));
	EXPECT_EQ(word(8), bar_read(map.va + 8));
	bar_write(map.truth + 8, word(8));
}

TEST_F(private, copy_is_of_the_whole_page)
{
	check_copy_is_of_the_whole_page(_metadata);
}

static pid_t fork_that(void (*change)(void), __u64 then)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	change();
	_exit(!places_hold(then));
}

static void change_nothing(void)
{
}

static void write_other(void)
{
	int i;

	for (i = 0; i < PLACES; i++)
		bar_write(place(i), 2 * COPY + i);
}

static void check_fork_shares_a_copy(struct __test_metadata *_metadata)
{
	fill();
	touch_blocks(map.va);
	write_places();
	EXPECT_TRUE(child_was_right(fork_that(change_nothing, COPY)));
	EXPECT_TRUE(child_was_right(fork_that(write_other, 2 * COPY)));
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
	check_beside(_metadata);
}

TEST_F(private, fork_shares_a_copy)
{
	check_fork_shares_a_copy(_metadata);
}

/* Neither the child's writes nor those of its parent reach the device, or the other. */
static void check_write_after_fork(struct __test_metadata *_metadata)
{
	fill();
	touch_blocks(map.va);
	EXPECT_TRUE(child_was_right(fork_that(write_places, COPY)));
	check_truth(_metadata);
	check_device(_metadata);
	EXPECT_EQ(word(0), bar_read(map.va));
	write_places();
	EXPECT_TRUE(child_was_right(fork_that(write_other, 2 * COPY)));
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
}

TEST_F(private, write_after_fork)
{
	check_write_after_fork(_metadata);
}

/* The driver's zap takes the copies, too. */
TEST_F(private, zap_takes_copies)
{
	fill();
	touch_blocks(map.va);
	write_places();
	ASSERT_EQ(0, source_zap(&map.source));
	check_device(_metadata);
	EXPECT_EQ(word(0), bar_read(map.va));
	write_places();
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
}

TEST_F(private, madvise_takes_a_copy)
{
	fill();
	touch_blocks(map.va);
	write_places();
	ASSERT_EQ(0, madvise(map.va, PAGE_SIZE, MADV_DONTNEED));
	EXPECT_EQ(word(0), bar_read(map.va));
	EXPECT_EQ(COPY + 1, bar_read(place(1)));
	check_device(_metadata);
}

static void check_protected_and_written(struct __test_metadata *_metadata)
{
	fill();
	touch_blocks(map.va);
	ASSERT_EQ(0, mprotect(map.va, map.size, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(map.va, COPY));
	EXPECT_EQ(word(0), bar_read(map.va));
	ASSERT_EQ(0, mprotect(map.va, map.size, RW));
	write_places();
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
	check_beside(_metadata);
}

TEST_F(private, protected_and_written)
{
	check_protected_and_written(_metadata);
}

/* Files that map the BAR of vfio-pci at once. */

FIXTURE(remapped)
{
	int file;
};

FIXTURE_VARIANT(remapped)
{
	int (*open)(__u64 *offset);	/* of the BAR in the file; returns it or -1 */
	__u64 cache;			/* mode of its pages, or 0 for that of vfio-pci */
};

/* pgprot_device(): Device-nGnRE on arm64, where vfio-pci has Device-nGnRnE. */
#ifdef __aarch64__
#define RESOURCE_CACHE	(4ULL << 2)
#else
#define RESOURCE_CACHE	0
#endif

static int open_resource(__u64 *offset)
{
	*offset = 0;
	return bar_open_resource(&map.source.bar);
}

static int open_memory(__u64 *offset)
{
	*offset = map.source.phys;
	/* Uncached, as vfio-pci maps it. */
	return open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
}

FIXTURE_VARIANT_ADD(remapped, pci_resource) { .open = open_resource, .cache = RESOURCE_CACHE };
FIXTURE_VARIANT_ADD(remapped, dev_mem) { .open = open_memory };

FIXTURE_SETUP(remapped)
{
	const char *why_not = mapping_open(&vfio_kind, PFNMAP_PTE);
	__u64 offset;

	if (why_not)
		SKIP(return, "%s", why_not);
	self->file = variant->open(&offset);
	ASSERT_LE(0, self->file);
	ASSERT_EQ(map.va, map_private(self->file, offset));
	map.cache = variant->cache ?: map.cache;
}

FIXTURE_TEARDOWN(remapped)
{
	close(self->file);
	mapping_close();
}

/* All is mapped before it is read. */
TEST_F(remapped, read_shows_the_device)
{
	long before;
	__u64 at;

	fill();
	before = pfnmap_faults();
	for_each_block(at) {
		check_entry(map.va + at, PFNMAP_PTE, at, false);
		read_block(map.va + at, at);
	}
	bar_write(map.truth, ~word(0));
	EXPECT_EQ(~word(0), bar_read(map.va));
	EXPECT_EQ(before, pfnmap_faults());
	bar_write(map.truth, word(0));
}

TEST_F(remapped, write_makes_a_copy)
{
	check_write_makes_a_copy(_metadata);
}

TEST_F(remapped, copy_is_of_the_whole_page)
{
	check_copy_is_of_the_whole_page(_metadata);
}

TEST_F(remapped, fork_shares_a_copy)
{
	check_fork_shares_a_copy(_metadata);
}

TEST_F(remapped, write_after_fork)
{
	check_write_after_fork(_metadata);
}

TEST_F(remapped, protected_and_written)
{
	check_protected_and_written(_metadata);
}

/* It could bring nothing back. */
TEST_F(remapped, dontneed_keeps_a_copy)
{
	fill();
	write_places();
	EXPECT_EQ(-1, madvise(map.va, map.size, MADV_DONTNEED));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(places_hold(COPY));
	check_truth(_metadata);
}

/* Drivers that refuse it */

static void check_refused(struct __test_metadata *_metadata, const struct pfnmap_kind *kind)
{
	struct pfnmap_source source;
	int ret = source_open(&source, kind, PFNMAP_PMD);

	if (ret == -ENODEV)
		SKIP(return, "%s", kind->none);
	ASSERT_EQ(0, ret);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, PAGE_SIZE, RW, MAP_PRIVATE, source.file, source.offset));
	EXPECT_EQ(EINVAL, errno);
}

TEST(vfio_refuses_it)
{
	check_refused(_metadata, &vfio_kind);
}

TEST(device_refuses_it)
{
	check_refused(_metadata, &device_kind);
}

TEST(prefilled_refuses_it)
{
	check_refused(_metadata, &prefilled_kind);
}

TEST_HARNESS_MAIN

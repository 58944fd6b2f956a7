// SPDX-License-Identifier: GPL-2.0
/*
 * A BAR, real or of the test device, mapped by entries of one level.
 */
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "check.h"
#include "child.h"
#include "mapping.h"

/*
 * The bits that choose the cache mode in an entry of any level, but for x86's PAT bit, and what they
 * are for a device.
 */
#ifdef __aarch64__
#define CACHE_BITS	(7ULL << 2)
#define CACHE_DEVICE	(3ULL << 2)	/* Device-nGnRnE */
#else
#define CACHE_BITS	(3ULL << 3)
#define CACHE_DEVICE	(1ULL << 4)	/* UC- */
#endif

struct mapping map;

static void map_truth(void)
{
	struct test_pfnmap_follow f;
	__u64 at;

	map.truth = source_map_pages(&map.source, map.size);
	CHECK(map.truth != MAP_FAILED, "mmap() by pages: errno %d", errno);
	for_each_block(at)
		write_block(map.truth + at, at);
	CHECK_EQ(0, pfnmap_follow(map.follow, map.truth, 1, &f), "a lookup by pages");
	CHECK_EQ(-PAGE_SIZE, f.addr_mask, "a lookup by pages");
	map.cache = f.pgprot & CACHE_BITS;
	/* Entries of other levels are compared with it: all could be wrong. */
	CHECK_EQ(CACHE_DEVICE, map.cache, "the cache mode of pages");
}

const char *mapping_open(const struct pfnmap_kind *kind, enum pfnmap_level level)
{
	int ret = source_open(&map.source, kind, level);

	if (ret == -ENODEV)
		return kind->none;
	CHECK_EQ(0, ret, "cannot open the BAR");
	map.follow = pfnmap_follow_open();
	if (lacks_test_device(map.follow))
		return lacks_test_device(map.follow);
	/* The harness forks: pages of its own that a test writes first would count as faults. */
	CHECK_EQ(0, mlockall(MCL_CURRENT), "errno %d", errno);
	CHECK_EQ(0, catch_refusals(), "errno %d", errno);
	map.level = pfnmap_arrives(level);
	map.block = pfnmap_size(map.level);
	map.size = BLOCKS * pfnmap_size(level);
	if (map.size > map.source.size)
		map.size = map.source.size;
	CHECK(2 * map.block <= map.size, "a BAR of %#llx bytes", map.source.size);
	map_truth();
	map.va = source_map(&map.source, level, RW, 0, map.size);
	CHECK(map.va != MAP_FAILED, "mmap(): errno %d", errno);
	return NULL;
}

void mapping_close(void)
{
	close(map.source.file);
}

__u64 word_at(int i)
{
	const __u64 at[WORDS] = { 0, map.block / 2, map.block - 8 };

	return at[i];
}

/* Accesses */

void touch_blocks(const char *va)
{
	__u64 at;

	for_each_block(at)
		bar_read(va + at);
}

void read_block(const char *va, __u64 offset)
{
	int i;

	for (i = 0; i < WORDS; i++)
		CHECK_EQ(word(offset + word_at(i)), bar_read(va + word_at(i)),
			 "%#llx of the BAR", offset + word_at(i));
}

void write_block(char *va, __u64 offset)
{
	int i;

	for (i = 0; i < WORDS; i++)
		bar_write(va + word_at(i), word(offset + word_at(i)));
}

void map_blocks_but(__u64 but)
{
	__u64 at;

	for_each_block(at)
		if (at != but)
			write_block(map.va + at, at);
}

void map_blocks(void)
{
	map_blocks_but(NONE);
}

void map_all(void)
{
	long before = pfnmap_faults();

	touch_blocks(map.va);
	CHECK_EQ(map.size / map.block, pfnmap_faults() - before, "faults");
	map_blocks();
}

/* Checks */

void check_entry(const char *va, enum pfnmap_level level, __u64 offset, bool writable)
{
	struct test_pfnmap_follow f;

	CHECK_EQ(0, pfnmap_follow(map.follow, va, 1, &f), "%#llx of the BAR", offset);
	CHECK_EQ((map.source.phys + offset) / PAGE_SIZE, f.pfn, "%#llx of the BAR", offset);
	CHECK_EQ(~(pfnmap_size(level) - 1), f.addr_mask, "%#llx of the BAR", offset);
	CHECK_EQ(writable, f.writable, "%#llx of the BAR", offset);
	CHECK_EQ(1, f.special, "%#llx of the BAR", offset);
	CHECK_EQ(map.cache, f.pgprot & CACHE_BITS, "%#llx of the BAR", offset);
}

void check_nothing(const char *va)
{
	struct test_pfnmap_follow f;

	CHECK_EQ(-EINVAL, pfnmap_follow(map.follow, va, 1, &f), "%#llx of the mapping",
		 (__u64)(va - map.va));
}

void check_block(__u64 at)
{
	long before;

	check_entry(map.va + at, map.level, at, true);
	check_entry(map.va + at + map.block - 1, map.level, at + map.block - 1, true);
	before = pfnmap_faults();
	read_block(map.va + at, at);
	write_block(map.va + at, at);
	CHECK_EQ(before, pfnmap_faults(), "faults of %#llx", at);
}

void check_blocks_but(__u64 but)
{
	__u64 at;

	for_each_block(at)
		if (at != but)
			check_block(at);
}

void check_blocks(void)
{
	check_blocks_but(NONE);
}

bool is_mixedmap(void)
{
	return map.source.kind == &mixedmap_kind;
}

/* follow_pfnmap_start() is for VM_IO and VM_PFNMAP; a block that was split would fault. */
void check_all(void)
{
	long before = pfnmap_faults();
	__u64 at;

	if (!is_mixedmap())
		return check_blocks();
	for_each_block(at) {
		read_block(map.va + at, at);
		write_block(map.va + at, at);
	}
	CHECK_EQ(before, pfnmap_faults(), "faults");
}

long no_page(void)
{
	return is_mixedmap() ? -EEXIST : -EFAULT;
}

char *spot(int i)
{
	const __u64 at[SPOTS] = { 0, map.block - PAGE_SIZE, map.size - PAGE_SIZE };

	return map.va + at[i];
}

char *memory_before(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
	char *page = mmap(map.va - PAGE_SIZE, PAGE_SIZE, RW, flags, -1, 0);

	CHECK(page == map.va - PAGE_SIZE, "mmap() of memory: errno %d", errno);
	memset(page, 1, PAGE_SIZE);
	return page;
}

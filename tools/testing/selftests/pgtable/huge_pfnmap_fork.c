// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of a process with PFN mappings: the child has the same entries from the start.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/huge.h"

typedef void (*child_fn)(struct __test_metadata *_metadata);

/* Runs @fn in a child. The metadata is shared, so that what fails in the child counts. */
static void in_child(struct __test_metadata *_metadata, child_fn fn)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		/* As in the fixture: what is counted is the faults of the BAR alone. */
		EXPECT_EQ(0, mlockall(MCL_CURRENT));
		fn(_metadata);
		_exit(0);
	}
	EXPECT_TRUE(child_was_right(pid));
}

static void check_unharmed(void)
{
	check_blocks();
}

static void same_entries(struct __test_metadata *_metadata)
{
	__u64 at;

	for_each_block(at) {
		check_entry(map.va + at, map.level, at, true);
		check_entry(map.va + at + map.block - 1, map.level, at + map.block - 1, true);
	}
}

TEST_F(huge, fork_copies_the_entries)
{
	map_blocks();
	in_child(_metadata, same_entries);
	check_unharmed();
}

/*
 * Faults of the child: its entries lack the accessed bit, which x86 and most arm64 CPUs set
 * by themselves; the others take one fault a block. The dirty bit is kept in huge entries, and
 * not in those of pages of a shared mapping: a page costs one more fault when it is written,
 * where the CPU does not set that bit either.
 */
static long faults_of_read, faults_of_write;

static void count_faults(struct __test_metadata *_metadata)
{
	const long blocks = map.size / map.block;
	long before;
	__u64 at;

	/* The first use of what is used below. */
	read_block(map.truth, 0);
	write_block(map.truth, 0);
	before = pfnmap_faults();
	for_each_block(at)
		read_block(map.va + at, at);
	EXPECT_EQ(blocks * faults_of_read, pfnmap_faults() - before);
	before = pfnmap_faults();
	for_each_block(at)
		write_block(map.va + at, at);
	EXPECT_EQ(blocks * faults_of_write, pfnmap_faults() - before);
	same_entries(_metadata);
}

TEST_F(huge, fork_costs_no_fault)
{
	faults_of_read = cpu_sets_accessed() ? 0 : 1;
	faults_of_write = cpu_sets_dirty() || map.level != PFNMAP_PTE ? 0 : 1;
	map_blocks();
	in_child(_metadata, count_faults);
	check_unharmed();
}

static void write_inverse(struct __test_metadata *_metadata)
{
	__u64 at;

	for_each_block(at) {
		EXPECT_EQ(word(at), bar_read(map.va + at));
		bar_write(map.va + at + map.block - 8, ~word(at));
	}
}

static void read_inverse(struct __test_metadata *_metadata)
{
	__u64 at;

	for_each_block(at) {
		EXPECT_EQ(~word(at), bar_read(map.va + at));
		bar_write(map.va + at, word(at));
	}
}

TEST_F(huge, fork_shares_writes)
{
	__u64 at;

	map_blocks();
	in_child(_metadata, write_inverse);
	for_each_block(at) {
		EXPECT_EQ(~word(at), bar_read(map.va + at + map.block - 8));
		EXPECT_EQ(~word(at), bar_read(map.truth + at + map.block - 8));
		bar_write(map.va + at, ~word(at));
	}
	in_child(_metadata, read_inverse);
	for_each_block(at)
		EXPECT_EQ(word(at), bar_read(map.va + at));
}

static void fault_in(struct __test_metadata *_metadata)
{
	const __u64 last = LAST;
	long before;

	/* Writes to the stack, which fork has left to be copied, before faults are counted. */
	check_nothing(map.va + last);
	before = pfnmap_faults();
	read_block(map.va + last, last);
	EXPECT_EQ(1, pfnmap_faults() - before);
	check_entry(map.va + last, map.level, last, true);
}

/* What the parent had not touched is in neither, and each faults it in for itself. */
TEST_F(huge, fork_of_untouched)
{
	read_block(map.va, 0);
	in_child(_metadata, fault_in);
	fault_in(_metadata);
	check_entry(map.va, map.level, 0, true);
}

static void no_write(struct __test_metadata *_metadata)
{
	__u64 at;

	for_each_block(at) {
		check_entry(map.va + at, map.level, at, false);
		EXPECT_EQ(SIGSEGV, try_write(map.va + at, 0));
		read_block(map.va + at, at);
		EXPECT_EQ(SIGSEGV, try_write(map.va + at, 0));
		check_entry(map.va + at, map.level, at, false);
	}
}

TEST_F(huge, fork_of_read_only)
{
	map.va = source_map(&map.source, variant->level, PROT_READ, 0, map.size);
	ASSERT_NE(MAP_FAILED, map.va);
	touch_blocks(map.va);
	in_child(_metadata, no_write);
	no_write(_metadata);
}

TEST_F(huge, fork_of_made_read_only)
{
	map_blocks();
	ASSERT_EQ(0, mprotect(map.va, map.size, PROT_READ));
	in_child(_metadata, no_write);
	ASSERT_EQ(0, mprotect(map.va, map.size, RW));
	check_unharmed();
}

/* The child's mapping is its own: what it does to it is not done to the parent's. */

static void unmap_a_block(struct __test_metadata *_metadata)
{
	map_blocks();
	EXPECT_EQ(0, munmap(map.va + MIDDLE, map.block));
	EXPECT_EQ(SIGSEGV, try_read(map.va + MIDDLE));
	check_blocks_but(MIDDLE);
}

static void protect_a_block(struct __test_metadata *_metadata)
{
	map_blocks();
	EXPECT_EQ(0, mprotect(map.va + MIDDLE, map.block, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(map.va + MIDDLE, 0));
	check_blocks_but(MIDDLE);
}

TEST_F(huge, fork_then_child_changes)
{
	map_blocks();
	in_child(_metadata, unmap_a_block);
	check_unharmed();
	in_child(_metadata, protect_a_block);
	check_unharmed();
}

static void zap(struct __test_metadata *_metadata)
{
	__u64 at;

	EXPECT_EQ(0, source_zap(&map.source));
	for_each_block(at)
		check_nothing(map.va + at);
}

/* Zapping takes the entries of parent and child alike. */
TEST_F(huge, fork_then_child_zaps)
{
	__u64 at;

	map_blocks();
	in_child(_metadata, zap);
	for_each_block(at)
		check_nothing(map.va + at);
	map_blocks();
	check_unharmed();
}

static void zap_by_child(struct __test_metadata *_metadata)
{
	__u64 at;

	in_child(_metadata, zap);
	for_each_block(at)
		check_nothing(map.va + at);
	map_blocks();
	check_unharmed();
}

/* Entries that fork() made are found as well, while their process lives. */
TEST_F(huge, fork_then_grandchild_zaps)
{
	map_blocks();
	in_child(_metadata, zap_by_child);
	map_blocks();
	check_unharmed();
}

static void no_middle(struct __test_metadata *_metadata)
{
	EXPECT_EQ(SIGSEGV, try_read(map.va + MIDDLE));
	check_nothing(map.va + MIDDLE);
	map_blocks_but(MIDDLE);
	check_blocks_but(MIDDLE);
}

TEST_F(huge, fork_without_a_block)
{
	map_blocks();
	ASSERT_EQ(0, madvise(map.va + MIDDLE, map.block, MADV_DONTFORK));
	in_child(_metadata, no_middle);
	check_unharmed();
}

TEST_HARNESS_MAIN

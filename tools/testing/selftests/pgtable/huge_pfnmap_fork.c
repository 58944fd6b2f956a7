// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of a process with PFN mappings: the child has the same entries from the start.
 */
#define _GNU_SOURCE
#include <sys/wait.h>

#include "huge_pfnmap.h"

typedef void (*child_fn)(struct __test_metadata *_metadata, huge_t *self);

/* Runs @fn in a child. What it expects in vain is noted in the metadata, which is shared. */
static void in_child(struct __test_metadata *_metadata, huge_t *self, child_fn fn)
{
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		/* As in the fixture: what is counted is the faults of the BAR alone. */
		EXPECT_EQ(0, mlockall(MCL_CURRENT));
		fn(_metadata, self);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

static void check_unharmed(struct __test_metadata *_metadata, huge_t *self)
{
	check_blocks_but(_metadata, self, ALL);
}

static void same_entries(struct __test_metadata *_metadata, huge_t *self)
{
	__u64 at;

	for_each_block(at, self) {
		check_entry(_metadata, self, self->va + at, self->level, at, true);
		check_entry(_metadata, self, self->va + at + self->block - 1, self->level,
			    at + self->block - 1, true);
	}
}

TEST_F(huge, fork_copies_the_entries)
{
	map_blocks(self);
	in_child(_metadata, self, same_entries);
	check_unharmed(_metadata, self);
}

/*
 * Faults of the child: its entries lack the accessed bit, which x86 and most arm64 CPUs set
 * by themselves; the others take one fault a block. The dirty bit is kept in huge entries, and
 * not in those of pages of a shared mapping: a page costs one more fault when it is written,
 * where the CPU does not set that bit either.
 */
static long faults_of_read, faults_of_write;

static void count_faults(struct __test_metadata *_metadata, huge_t *self)
{
	const long blocks = self->size / self->block;
	long before;
	__u64 at;

	/* The first use of what is used below. */
	read_block(_metadata, self, self->truth, 0);
	write_block(self, self->truth, 0);
	before = pfnmap_faults();
	for_each_block(at, self)
		read_block(_metadata, self, self->va + at, at);
	EXPECT_EQ(blocks * faults_of_read, pfnmap_faults() - before);
	before = pfnmap_faults();
	for_each_block(at, self)
		write_block(self, self->va + at, at);
	EXPECT_EQ(blocks * faults_of_write, pfnmap_faults() - before);
	same_entries(_metadata, self);
}

TEST_F(huge, fork_costs_no_fault)
{
	faults_of_read = cpu_sets_accessed() ? 0 : 1;
	faults_of_write = cpu_sets_dirty() || self->level != PFNMAP_PTE ? 0 : 1;
	map_blocks(self);
	in_child(_metadata, self, count_faults);
	check_unharmed(_metadata, self);
}

static void write_inverse(struct __test_metadata *_metadata, huge_t *self)
{
	__u64 at;

	for_each_block(at, self) {
		EXPECT_EQ(word(at), bar_read(self->va + at));
		bar_write(self->va + at + self->block - 8, ~word(at));
	}
}

static void read_inverse(struct __test_metadata *_metadata, huge_t *self)
{
	__u64 at;

	for_each_block(at, self) {
		EXPECT_EQ(~word(at), bar_read(self->va + at));
		bar_write(self->va + at, word(at));
	}
}

TEST_F(huge, fork_shares_writes)
{
	__u64 at;

	map_blocks(self);
	in_child(_metadata, self, write_inverse);
	for_each_block(at, self) {
		EXPECT_EQ(~word(at), bar_read(self->va + at + self->block - 8));
		EXPECT_EQ(~word(at), bar_read(self->truth + at + self->block - 8));
		bar_write(self->va + at, ~word(at));
	}
	in_child(_metadata, self, read_inverse);
	for_each_block(at, self)
		EXPECT_EQ(word(at), bar_read(self->va + at));
}

static void fault_in(struct __test_metadata *_metadata, huge_t *self)
{
	const __u64 last = LAST(self);
	long before;

	/* Writes to the stack, which fork has left to be copied, before faults are counted. */
	check_nothing(_metadata, self, self->va + last);
	before = pfnmap_faults();
	read_block(_metadata, self, self->va + last, last);
	EXPECT_EQ(1, pfnmap_faults() - before);
	check_entry(_metadata, self, self->va + last, self->level, last, true);
}

/* What the parent had not touched is in neither, and each faults it in for itself. */
TEST_F(huge, fork_of_untouched)
{
	read_block(_metadata, self, self->va, 0);
	in_child(_metadata, self, fault_in);
	fault_in(_metadata, self);
	check_entry(_metadata, self, self->va, self->level, 0, true);
}

static void no_write(struct __test_metadata *_metadata, huge_t *self)
{
	__u64 at;

	for_each_block(at, self) {
		check_entry(_metadata, self, self->va + at, self->level, at, false);
		EXPECT_EQ(SIGSEGV, try_write(self->va + at, 0));
		read_block(_metadata, self, self->va + at, at);
		EXPECT_EQ(SIGSEGV, try_write(self->va + at, 0));
		check_entry(_metadata, self, self->va + at, self->level, at, false);
	}
}

TEST_F(huge, fork_of_read_only)
{
	self->va = source_map(&self->source, variant->level, PROT_READ, 0, self->size);
	ASSERT_NE(MAP_FAILED, self->va);
	touch_blocks(self, self->va);
	in_child(_metadata, self, no_write);
	no_write(_metadata, self);
}

TEST_F(huge, fork_of_made_read_only)
{
	map_blocks(self);
	ASSERT_EQ(0, mprotect(self->va, self->size, PROT_READ));
	in_child(_metadata, self, no_write);
	ASSERT_EQ(0, mprotect(self->va, self->size, RW));
	check_unharmed(_metadata, self);
}

/* The child's mapping is its own: what it does to it is not done to the parent's. */

static void unmap_a_block(struct __test_metadata *_metadata, huge_t *self)
{
	map_blocks(self);
	EXPECT_EQ(0, munmap(self->va + MIDDLE(self), self->block));
	EXPECT_EQ(SIGSEGV, try_read(self->va + MIDDLE(self)));
	check_blocks_but(_metadata, self, MIDDLE(self));
}

static void protect_a_block(struct __test_metadata *_metadata, huge_t *self)
{
	map_blocks(self);
	EXPECT_EQ(0, mprotect(self->va + MIDDLE(self), self->block, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(self->va + MIDDLE(self), 0));
	check_blocks_but(_metadata, self, MIDDLE(self));
}

TEST_F(huge, fork_then_child_changes)
{
	map_blocks(self);
	in_child(_metadata, self, unmap_a_block);
	check_unharmed(_metadata, self);
	in_child(_metadata, self, protect_a_block);
	check_unharmed(_metadata, self);
}

static void zap(struct __test_metadata *_metadata, huge_t *self)
{
	__u64 at;

	EXPECT_EQ(0, self->source.kind->zap(&self->source));
	for_each_block(at, self)
		check_nothing(_metadata, self, self->va + at);
}

/* Zapping takes the entries of parent and child alike. */
TEST_F(huge, fork_then_child_zaps)
{
	__u64 at;

	map_blocks(self);
	in_child(_metadata, self, zap);
	for_each_block(at, self)
		check_nothing(_metadata, self, self->va + at);
	map_blocks(self);
	check_unharmed(_metadata, self);
}

static void zap_by_child(struct __test_metadata *_metadata, huge_t *self)
{
	__u64 at;

	in_child(_metadata, self, zap);
	for_each_block(at, self)
		check_nothing(_metadata, self, self->va + at);
	map_blocks(self);
	check_unharmed(_metadata, self);
}

/* Entries that fork() made are found as well, while their process lives. */
TEST_F(huge, fork_then_grandchild_zaps)
{
	map_blocks(self);
	in_child(_metadata, self, zap_by_child);
	map_blocks(self);
	check_unharmed(_metadata, self);
}

static void no_middle(struct __test_metadata *_metadata, huge_t *self)
{
	EXPECT_EQ(SIGSEGV, try_read(self->va + MIDDLE(self)));
	check_nothing(_metadata, self, self->va + MIDDLE(self));
	map_blocks_but(self, MIDDLE(self));
	check_blocks_but(_metadata, self, MIDDLE(self));
}

TEST_F(huge, fork_without_a_block)
{
	map_blocks(self);
	ASSERT_EQ(0, madvise(self->va + MIDDLE(self), self->block, MADV_DONTFORK));
	in_child(_metadata, self, no_middle);
	check_unharmed(_metadata, self);
}

TEST_HARNESS_MAIN

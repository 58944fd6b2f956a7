// SPDX-License-Identifier: GPL-2.0
/*
 * Device DAX by the largest leaves. C maps it, with folios and without special entries: where the
 * architecture has leaf PUDs for BARs, it has them here, too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/mman.h>

#include "lib/access.h"
#include "lib/child.h"
#include "lib/dax.h"
#include "lib/harness.h"
#include "lib/kvm.h"
#include "lib/mapping.h"
#include "lib/need.h"
#include "lib/poison.h"
#include "lib/proc.h"
#include "lib/race.h"
#include "lib/stage2.h"

#define SIZE	(2 * PFNMAP_1G)
#define SECOND	1000000000ULL	/* ns */

static int file;
static __u64 leaf;	/* bytes */
static char *va;

#define for_each_leaf(at)	for (at = 0; at < SIZE; at += leaf)

static char *map_all_of_it(int prot)
{
	return mmap(NULL, SIZE, prot, MAP_SHARED, file, 0);
}

/* The first and the last word of each leaf. */
static void write_leaves(void)
{
	__u64 at;

	for_each_leaf(at) {
		bar_write(va + at, word(at));
		bar_write(va + at + leaf - 8, word(at + leaf - 8));
	}
}

/* Counts the words that are not as write_leaves() wrote them. */
static int wrong(const char *from)
{
	int count = 0;
	__u64 at;

	for_each_leaf(at) {
		count += bar_read(from + at) != word(at);
		count += bar_read(from + at + leaf - 8) != word(at + leaf - 8);
	}
	return count;
}

FIXTURE(dax)
{
};

FIXTURE_SETUP(dax)
{
	NEED(lacks_dax());
	ASSERT_EQ(0, catch_refusals());
	leaf = pfnmap_block(PFNMAP_PUD);
	file = dax_open(leaf);
	va = map_all_of_it(RW);
	ASSERT_NE(MAP_FAILED, va);
}

FIXTURE_TEARDOWN(dax)
{
	close(file);
}

TEST_F(dax, one_fault_a_leaf)
{
	long before = pfnmap_faults();

	write_leaves();
	EXPECT_EQ((long)(SIZE / leaf), pfnmap_faults() - before);
	EXPECT_EQ(0, wrong(va));
	EXPECT_EQ(0, wrong(map_all_of_it(PROT_READ)));
}

/* Where the CPU sets no dirty bit, a fault finds the entry in place and makes it dirty. */
TEST_F(dax, write_after_read)
{
	const long each = cpu_sets_dirty() ? 0 : 1;
	long before;

	wrong(va);
	before = pfnmap_faults();
	write_leaves();
	EXPECT_EQ((long)(SIZE / leaf) * each, pfnmap_faults() - before);
	EXPECT_EQ(0, wrong(va));
}

/* kB of tables that the other leaves need: one more where a table of leaves ends in the mapping. */
static long more_tables(void)
{
	const __u64 size = leaf * PAGES_OF_PMD;

	return (uintptr_t)va / size == ((uintptr_t)va + SIZE - 1) / size ? 0 : table_kb();
}

TEST_F(dax, no_table_of_its_own)
{
	long tables = own_tables_kb();

	bar_write(va, 0);
	tables = own_tables_kb();
	write_leaves();
	EXPECT_EQ(tables + more_tables(), own_tables_kb());
}

TEST_F(dax, mprotect_of_a_leaf)
{
	write_leaves();
	ASSERT_EQ(0, mprotect(va, leaf, PROT_READ));
	EXPECT_EQ(SIGSEGV, try_write(va, 0));
	EXPECT_EQ(0, wrong(va));
	ASSERT_EQ(0, mprotect(va, leaf, PROT_NONE));
	EXPECT_EQ(SIGSEGV, try_read(va));
	ASSERT_EQ(0, mprotect(va, leaf, RW));
	write_leaves();
	EXPECT_EQ(0, wrong(va));
}

/* The driver does not allow it. */
TEST_F(dax, no_mprotect_of_a_part)
{
	write_leaves();
	EXPECT_EQ(-EINVAL, result(mprotect(va, PAGE_SIZE, PROT_READ)));
	EXPECT_EQ(0, wrong(va));
}

/* As a debugger reads. */
TEST_F(dax, peek_where_nothing_may_read)
{
	pid_t pid;

	write_leaves();
	pid = fork();
	if (!pid) {
		bar_read(va);
		if (mprotect(va, leaf, PROT_NONE) || ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(1);
		raise(SIGSTOP);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, NULL, WUNTRACED));
	EXPECT_EQ((long)word(0), ptrace(PTRACE_PEEKDATA, pid, va, NULL));
	EXPECT_EQ(0, ptrace(PTRACE_CONT, pid, NULL, NULL));
	EXPECT_TRUE(child_was_right(pid));
}

/* Across the boundary of two leaves. */
TEST_F(dax, read_by_its_pages)
{
	struct iovec from = { va + leaf - 8, 16 }, to;
	__u64 seen[2] = {};

	to = (struct iovec) { seen, sizeof(seen) };
	write_leaves();
	EXPECT_EQ(16, result(process_vm_readv(getpid(), &to, 1, &from, 1, 0)));
	EXPECT_EQ(word(leaf - 8), seen[0]);
	EXPECT_EQ(word(leaf), seen[1]);
}

TEST_F(dax, munmap_of_a_leaf)
{
	long before;

	write_leaves();
	ASSERT_EQ(0, munmap(va + leaf, leaf));
	EXPECT_EQ(SIGSEGV, try_read(va + leaf));
	before = pfnmap_faults();
	EXPECT_EQ(word(0), bar_read(va));
	EXPECT_EQ(word(leaf - 8), bar_read(va + leaf - 8));
	EXPECT_EQ(0, pfnmap_faults() - before);
}

TEST_F(dax, mremap_of_a_leaf)
{
	char *to = pfnmap_pick(PFNMAP_PUD, 0, leaf);
	long before;

	write_leaves();
	ASSERT_EQ(to, mremap(va + leaf, leaf, leaf, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	before = pfnmap_faults();
	EXPECT_EQ(word(leaf), bar_read(to));
	bar_write(to, 1);
	EXPECT_EQ(0, pfnmap_faults() - before);
	EXPECT_EQ(SIGSEGV, try_read(va + leaf));
	EXPECT_EQ(1, bar_read(map_all_of_it(PROT_READ) + leaf));
}

/* The leaf is dropped, and comes back whole. */
TEST_F(dax, dontneed_of_a_page)
{
	long before;

	write_leaves();
	ASSERT_EQ(0, madvise(va, PAGE_SIZE, MADV_DONTNEED));
	before = pfnmap_faults();
	EXPECT_EQ(0, wrong(va));
	EXPECT_EQ(1, pfnmap_faults() - before);
}

TEST_F(dax, fork)
{
	pid_t pid;

	write_leaves();
	pid = fork();
	if (!pid) {
		if (wrong(va))
			_exit(1);
		bar_write(va + 8, 1);
		_exit(0);
	}
	EXPECT_TRUE(child_was_right(pid));
	EXPECT_EQ(1, bar_read(va + 8));
	EXPECT_EQ(0, wrong(va));
}

/* A guard page makes fork() copy the entries of a mapping that is shared. */
TEST_F(dax, fork_with_a_guard_page)
{
	pid_t pid;

	write_leaves();
	ASSERT_EQ(0, madvise(va, PAGE_SIZE, MADV_GUARD_INSTALL));
	pid = fork();
	if (!pid)
		_exit(bar_read(va + leaf) != word(leaf));
	EXPECT_TRUE(child_was_right(pid));
	EXPECT_EQ(SIGSEGV, try_read(va));
	EXPECT_EQ(word(leaf), bar_read(va + leaf));
}

TEST_F(dax, smaps)
{
	const char *line;

	write_leaves();
	ASSERT_LT(0, proc_read("/proc/self/smaps"));
	line = mapping_in_text(va, '-');
	ASSERT_NE(NULL, line);
	EXPECT_EQ((long)(leaf / 1024), number_after(line, "KernelPageSize:"));
	EXPECT_EQ(0, wrong(va));
}

/* Returns 42. */
#ifdef __x86_64__
static const __u8 program[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
#else
static const __u32 program[] = { 0x52800000 | 42 << 5, 0xd65f03c0 };
#endif

/* The caches of instructions are made to see the whole leaf. */
TEST_F(dax, code)
{
	char *code = map_all_of_it(RW | PROT_EXEC);

	ASSERT_NE(MAP_FAILED, code);
	memcpy(va, program, sizeof(program));
	__builtin___clear_cache(va, va + sizeof(program));
	EXPECT_EQ(42, ((int (*)(void))code)());
}

/* KVM maps it for a guest by the same leaves. */
TEST_F(dax, guest)
{
	struct pfnmap_entries entries;
	struct pfnmap_vm vm;
	__u64 at, seen;

	NEED(lacks("/dev/kvm", "KVM"));
	write_leaves();
	ASSERT_EQ(0, vm_open(&vm));
	ASSERT_EQ(0, vm_slot(&vm, 1, VM_BAR, va, SIZE));
	for_each_leaf(at) {
		EXPECT_EQ(0, vm_read(&vm, VM_BAR + at, &seen));
		EXPECT_EQ(word(at), seen);
	}
	ASSERT_EQ(0, stage2_entries(getpid(), VM_BAR, SIZE, &entries));
	EXPECT_EQ((long)(SIZE / leaf), entries.of[pfnmap_arrives(PFNMAP_PUD)]);
}

static void read_once(void)
{
	const __u64 at = race_pick(SIZE / leaf) * leaf;
	const __u64 seen = bar_read(va + at);

	if (seen != word(at))
		race_fail("a read of another word", seen);
	race_meet();
}

static void drop_once(void)
{
	if (madvise(va + race_pick(leaf / PAGE_SIZE) * PAGE_SIZE, PAGE_SIZE, MADV_DONTNEED))
		race_fail("madvise(), errno", errno);
	race_meet();
}

static bool both_met(void)
{
	return race_met(0) > 100 && race_met(1) > 100;
}

TEST_F(dax, reads_while_it_is_dropped)
{
	static const struct racer racers[] = {
		{ "reader", read_once, ANY_CPU },
		{ "dropper", drop_once, ANY_CPU },
	};

	NEED(lacks_two_cpus());
	write_leaves();
	EXPECT_TRUE(race_run(racers, ARRAY_SIZE(racers), 2 * SECOND, both_met, NULL));
	ASSERT_RACE();
	EXPECT_TRUE(both_met());
	EXPECT_EQ(0, wrong(va));
}

/* The last test: the page stays marked. The signal is for all of its leaf, which is unmapped. */
TEST_F(dax, poison)
{
	long before;

	NEED(lacks_poison());
	write_leaves();
	ASSERT_EQ(0, note_signals());
	EXPECT_EQ(0, result(madvise(va + leaf + PAGE_SIZE, PAGE_SIZE, MADV_HWPOISON)));
	EXPECT_EQ(1, signals);
	EXPECT_TRUE(last_was_for(BUS_MCEERR_AR, va + leaf, leaf));
	before = pfnmap_faults();
	EXPECT_EQ(0, wrong(va));
	EXPECT_EQ(1, pfnmap_faults() - before);
}

TEST_HARNESS_MAIN

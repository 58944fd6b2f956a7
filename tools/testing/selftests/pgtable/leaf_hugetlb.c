// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of hugetlb of 1 GiB beside a BAR that is mapped by entries of the same size, in the same
 * table. C maps them, with folios. What is done to one must leave the other as it is, also where one
 * call is for both.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/mman.h>

#include "lib/access.h"
#include "lib/check.h"
#include "lib/child.h"
#include "lib/harness.h"
#include "lib/mapping.h"
#include "lib/need.h"
#include "lib/proc.h"

#define POOL	"/sys/kernel/mm/hugepages/hugepages-%llukB/%s"
#define PAGES	2	/* the second one is for a copy */

static struct pfnmap_source source;
static __u64 leaf;	/* bytes of a page of hugetlb */
static char *bar;	/* a GiB; the page follows */
static char *page;

static const char *pool(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), POOL, leaf / 1024, name);
	return path;
}

/* Pages of the pool that no process has. */
static long unused(void)
{
	return proc_known_kb(pool("free_hugepages"), "");
}

/* A GiB, or what kernels with larger pages have instead. */
static bool has_such_pages(void)
{
	leaf = PFNMAP_1G;
	if (access(pool("nr_hugepages"), F_OK))
		leaf = PMD_SIZE;
	return !access(pool("nr_hugepages"), F_OK);
}

static void write_words(char *va, __u64 size, __u64 salt)
{
	__u64 at;

	for (at = 0; at < size; at += size / 8) {
		bar_write(va + at, word(at + salt));
		bar_write(va + at + size / 8 - 8, word(at + salt + 1));
	}
}

/* Counts the words that are not as write_words() wrote them. */
static int wrong_words(const char *va, __u64 size, __u64 salt)
{
	int count = 0;
	__u64 at;

	for (at = 0; at < size; at += size / 8) {
		count += bar_read(va + at) != word(at + salt);
		count += bar_read(va + at + size / 8 - 8) != word(at + salt + 1);
	}
	return count;
}

#define IN_BAR	0
#define IN_PAGE	2

/* Without a fault, too. */
static int wrong_bar(void)
{
	const long before = pfnmap_faults();
	const int wrong = wrong_words(bar, PFNMAP_1G, IN_BAR);

	return wrong + pfnmap_faults() - before;
}

static int wrong_page(void)
{
	const long before = pfnmap_faults();
	const int wrong = wrong_words(page, leaf, IN_PAGE);

	return wrong + pfnmap_faults() - before;
}

FIXTURE(hugetlb)
{
};

FIXTURE_VARIANT(hugetlb)
{
	int flags;
};

FIXTURE_VARIANT_ADD(hugetlb, shared) { .flags = MAP_SHARED };
FIXTURE_VARIANT_ADD(hugetlb, private) { .flags = MAP_PRIVATE };

FIXTURE_SETUP(hugetlb)
{
	int ret = source_open(&source, &device_kind, PFNMAP_PUD), flags;
	struct test_pfnmap_follow f;
	long before;

	if (ret == -ENODEV)
		SKIP(return, "%s", device_kind.none);
	ASSERT_EQ(0, ret);
	if (!has_such_pages())
		SKIP(return, "no hugetlb in this kernel");
	proc_write(pool("nr_hugepages"), "2");
	if (unused() < PAGES)
		SKIP(return, "no free memory for %d pages of %llu MiB", PAGES, leaf >> 20);
	ASSERT_EQ(0, catch_refusals());
	bar = pfnmap_pick(PFNMAP_PUD, source.phys, 2 * PFNMAP_1G);
	ASSERT_EQ(bar, source_map_at(&source, bar, RW, 0, PFNMAP_1G));
	flags = variant->flags | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED_NOREPLACE |
		__builtin_ctzll(leaf) << MAP_HUGE_SHIFT;
	page = mmap(bar + PFNMAP_1G, leaf, RW, flags, -1, 0);
	ASSERT_EQ(bar + PFNMAP_1G, page);
	write_words(bar, PFNMAP_1G, IN_BAR);
	ASSERT_EQ(0, pfnmap_follow(source.file, bar, 1, &f));
	EXPECT_EQ(-pfnmap_block(PFNMAP_PUD), f.addr_mask);
	before = pfnmap_faults();
	write_words(page, leaf, IN_PAGE);
	EXPECT_EQ(1, pfnmap_faults() - before);
}

FIXTURE_TEARDOWN(hugetlb)
{
	EXPECT_EQ(0, munmap(bar, 2 * PFNMAP_1G));
	EXPECT_EQ(PAGES, unused());
	proc_write(pool("nr_hugepages"), "0");
}

/* System calls, each of which leaves both as they are */

static void check_refused(struct __test_metadata *_metadata, char *va, int prot)
{
	EXPECT_EQ(prot == PROT_NONE ? SIGSEGV : 0, try_read(va));
	EXPECT_EQ(SIGSEGV, try_write(va, 0));
}

/* Both by one call, and then the page alone. */
static void protect(struct __test_metadata *_metadata, int prot)
{
	ASSERT_EQ(0, mprotect(bar, PFNMAP_1G + leaf, prot));
	check_refused(_metadata, bar, prot);
	check_refused(_metadata, page, prot);
	ASSERT_EQ(0, mprotect(bar, PFNMAP_1G + leaf, RW));
	write_words(bar, PFNMAP_1G, IN_BAR);
	write_words(page, leaf, IN_PAGE);
	ASSERT_EQ(0, mprotect(page, leaf, prot));
	check_refused(_metadata, page, prot);
	EXPECT_EQ(0, wrong_bar());
	ASSERT_EQ(0, mprotect(page, leaf, RW));
}

static void make_read_only(struct __test_metadata *_metadata)
{
	protect(_metadata, PROT_READ);
}

static void make_inaccessible(struct __test_metadata *_metadata)
{
	protect(_metadata, PROT_NONE);
}

static void refuse_parts(struct __test_metadata *_metadata)
{
	EXPECT_EQ(-EINVAL, result(mprotect(page, PAGE_SIZE, PROT_READ)));
	EXPECT_EQ(-EINVAL, result(munmap(page + PAGE_SIZE, PAGE_SIZE)));
}

static bool moves(char *from, __u64 size, char *to)
{
	return mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to;
}

/* There and back. */
static void move_the_page(struct __test_metadata *_metadata)
{
	char *to = pfnmap_pick(PFNMAP_PUD, 0, PFNMAP_1G);

	ASSERT_TRUE(moves(page, leaf, to));
	EXPECT_EQ(SIGSEGV, try_read(page));
	EXPECT_EQ(0, wrong_words(to, leaf, IN_PAGE));
	EXPECT_EQ(0, wrong_bar());
	ASSERT_TRUE(moves(to, leaf, page));
	EXPECT_EQ(SIGSEGV, try_read(to));
	write_words(page, leaf, IN_PAGE);
}

static void move_the_bar(struct __test_metadata *_metadata)
{
	char *to = pfnmap_pick(PFNMAP_PUD, source.phys, PFNMAP_1G);

	ASSERT_TRUE(moves(bar, PFNMAP_1G, to));
	EXPECT_EQ(SIGSEGV, try_read(bar));
	EXPECT_EQ(0, wrong_words(to, PFNMAP_1G, IN_BAR));
	EXPECT_EQ(0, wrong_page());
	ASSERT_TRUE(moves(to, PFNMAP_1G, bar));
}

/* The driver unmaps the BAR. */
static void zap(struct __test_metadata *_metadata)
{
	ASSERT_EQ(0, source_zap(&source));
	EXPECT_EQ(0, wrong_page());
	EXPECT_EQ(0, wrong_words(bar, PFNMAP_1G, IN_BAR));
}

/* A page can be pinned, the BAR beside it cannot. */
static void read_by_pages(struct __test_metadata *_metadata)
{
	__u64 seen[2] = {};
	struct iovec from = { page + leaf / 8 - 8, 16 }, to = { seen, sizeof(seen) };

	EXPECT_EQ(16, result(process_vm_readv(getpid(), &to, 1, &from, 1, 0)));
	EXPECT_EQ(word(IN_PAGE + 1), seen[0]);
	EXPECT_EQ(word(IN_PAGE + leaf / 8), seen[1]);
	from.iov_base = bar;
	EXPECT_EQ(-EFAULT, result(process_vm_readv(getpid(), &to, 1, &from, 1, 0)));
}

/* A shared page that only this process maps counts as private. */
static void read_smaps(struct __test_metadata *_metadata)
{
	const char *line;

	ASSERT_LT(0, proc_read("/proc/self/smaps"));
	line = mapping_in_text(page, '-');
	ASSERT_NE(NULL, line);
	EXPECT_EQ((long)(leaf / 1024), number_after(line, "KernelPageSize:"));
	EXPECT_EQ((long)(leaf / 1024), number_after(line, "Private_Hugetlb:"));
}

/* One call takes the end of the BAR, which is split, and the page. */
static void munmap_both(struct __test_metadata *_metadata)
{
	const __u64 half = PFNMAP_1G / 2;

	ASSERT_EQ(0, munmap(page - PAGE_SIZE, PAGE_SIZE + leaf));
	EXPECT_EQ(SIGSEGV, try_read(page));
	EXPECT_EQ(SIGSEGV, try_read(page - PAGE_SIZE));
	EXPECT_EQ(PAGES, unused());
	EXPECT_EQ(word(IN_BAR), bar_read(bar));
	EXPECT_EQ(word(half), bar_read(bar + half));
}

/* In one test: a debug kernel takes seconds to clear the page for another one. */
TEST_F(hugetlb, system_calls)
{
	static const struct {
		const char *name;
		void (*run)(struct __test_metadata *_metadata);
	} steps[] = {
		{ "mprotect() to read-only", make_read_only },
		{ "mprotect() to PROT_NONE", make_inaccessible },
		{ "system calls on a part", refuse_parts },
		{ "mremap() of the page", move_the_page },
		{ "mremap() of the BAR", move_the_bar },
		{ "a zap", zap },
		{ "process_vm_readv()", read_by_pages },
		{ "smaps", read_smaps },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		steps[i].run(_metadata);
		EXPECT_EQ(0, wrong_page())
			TH_LOG("after %s", steps[i].name);
		EXPECT_EQ(0, wrong_bar())
			TH_LOG("after %s", steps[i].name);
	}
	munmap_both(_metadata);
}

/* fork(): one of the two writes to the page, for both or only for itself. */

struct talk {
	int to_child[2];
	int to_parent[2];
};

static bool say_to(const int pipe[2])
{
	return write(pipe[1], "", 1) == 1;
}

static bool hear_from(const int pipe[2])
{
	char said;

	return read(pipe[0], &said, 1) == 1;
}

static void child_writes(const struct talk *talk)
{
	if (wrong_words(bar, PFNMAP_1G, IN_BAR) || wrong_words(page, leaf, IN_PAGE))
		_exit(1);
	bar_write(page, 1);
	bar_write(bar, 2);
	if (!say_to(talk->to_parent) || !hear_from(talk->to_child))
		_exit(2);
	_exit(bar_read(page) != 1);
}

static void fork_and_write_in_child(struct __test_metadata *_metadata, bool shared)
{
	struct talk talk;
	pid_t pid;

	ASSERT_EQ(0, pipe(talk.to_child));
	ASSERT_EQ(0, pipe(talk.to_parent));
	pid = fork();
	if (!pid)
		child_writes(&talk);
	/* A child that ends early would leave the parent waiting. */
	close(talk.to_parent[1]);
	ASSERT_TRUE(hear_from(talk.to_parent));
	EXPECT_EQ(PAGES - 1 - !shared, unused());
	EXPECT_EQ(shared ? 1 : word(IN_PAGE), bar_read(page));
	EXPECT_EQ(2, bar_read(bar));
	EXPECT_TRUE(say_to(talk.to_child));
	EXPECT_TRUE(child_was_right(pid));
	write_words(bar, PFNMAP_1G, IN_BAR);
	write_words(page, leaf, IN_PAGE);
	EXPECT_EQ(PAGES - 1, unused());
	EXPECT_EQ(0, wrong_page());
	EXPECT_EQ(0, wrong_bar());
}

static void child_keeps(const struct talk *talk, __u64 expected)
{
	if (!hear_from(talk->to_child))
		_exit(2);
	_exit(bar_read(page) != expected || wrong_words(bar, PFNMAP_1G, IN_BAR));
}

static void fork_and_write(struct __test_metadata *_metadata, bool shared)
{
	struct talk talk;
	pid_t pid;

	ASSERT_EQ(0, pipe(talk.to_child));
	pid = fork();
	if (!pid)
		child_keeps(&talk, shared ? 1 : word(IN_PAGE));
	bar_write(page, 1);
	EXPECT_EQ(PAGES - 1 - !shared, unused());
	EXPECT_TRUE(say_to(talk.to_child));
	EXPECT_TRUE(child_was_right(pid));
	EXPECT_EQ(PAGES - 1, unused());
	bar_write(page, word(IN_PAGE));
	EXPECT_EQ(0, wrong_page());
	EXPECT_EQ(0, wrong_bar());
}

TEST_F(hugetlb, fork)
{
	const bool shared = variant->flags == MAP_SHARED;

	fork_and_write_in_child(_metadata, shared);
	fork_and_write(_metadata, shared);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses that the kernel chooses for a BAR allow the largest entries. Other addresses, other
 * mappings, and all of them with vm.pfnmap_align=0, are as they were.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/child.h"
#include "lib/compat.h"
#include "lib/kinds.h"
#include "lib/need.h"
#include "lib/proc.h"

#define KNOB	"/proc/sys/vm/pfnmap_align"

#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

static struct pfnmap_source source;
static int follow;
static int exe;		/* a file that is not mapped by pfns */

static void align(bool on)
{
	CHECK(proc_write(KNOB, on ? "1" : "0"), "errno %d", errno);
}

static char *map_bar(void *hint, int flags, __u64 offset, __u64 size)
{
	return mmap(hint, size, RW, MAP_SHARED | flags, source.file, source.offset + offset);
}

static char *unmapped(char *va, __u64 size)
{
	if (va != MAP_FAILED)
		munmap(va, size);
	return va;
}

/* The address that a mapping of the BAR, or of any other file, would get now. */
static char *bar_address(void *hint, int flags, __u64 offset, __u64 size)
{
	return unmapped(map_bar(hint, flags, offset, size), size);
}

static char *file_address(int flags, __u64 size)
{
	return unmapped(mmap(NULL, size, PROT_READ, MAP_PRIVATE | flags, exe, 0), size);
}

/* The level of the largest entry that maps from @phys on, in @size bytes, wherever it starts. */
static enum pfnmap_level level_in(__u64 phys, __u64 size)
{
	enum pfnmap_level level;

	for (level = source.top; level; level--)
		if (pfnmap_align(phys, pfnmap_size(level)) + pfnmap_size(level) <= phys + size)
			break;
	return level;
}

/* The same for an entry that starts at @phys. */
static enum pfnmap_level level_at(__u64 phys, __u64 size)
{
	enum pfnmap_level level;

	for (level = source.top; level; level--)
		if (!(phys & (pfnmap_size(level) - 1)) && pfnmap_size(level) <= size)
			break;
	return level;
}

static __u64 skew_at(const char *va, __u64 phys, enum pfnmap_level level)
{
	return ((uintptr_t)va - phys) & (pfnmap_size(level) - 1);
}

static void check_congruent(const char *va, __u64 offset, __u64 size)
{
	__u64 phys = source.phys + offset;

	CHECK(va != MAP_FAILED, "%#llx bytes at %#llx: errno %d", size, offset, errno);
	CHECK_EQ(0, skew_at(va, phys, level_in(phys, size)), "%#llx bytes at %#llx: %p", size,
		 offset, va);
}

/* Each entry is the largest that can be there, and takes one fault. */
static void check_entries(const char *va, __u64 offset, __u64 size)
{
	__u64 phys = source.phys + offset, at;
	struct test_pfnmap_follow f;
	enum pfnmap_level level;
	long before;

	for (at = 0; at < size; at += pfnmap_size(level)) {
		level = level_at(phys + at, size - at);
		before = pfnmap_faults();
		bar_read(va + at);
		CHECK_EQ(1, pfnmap_faults() - before, "at %#llx of %#llx bytes", at, size);
		CHECK_EQ(0, pfnmap_follow(follow, va + at, 1, &f), "at %#llx", at);
		CHECK_EQ(-pfnmap_size(level), f.addr_mask, "at %#llx of %#llx bytes", at, size);
		CHECK_EQ((phys + at) / PAGE_SIZE, f.pfn, "at %#llx", at);
	}
}

static void check_area(__u64 offset, __u64 size)
{
	char *va = map_bar(NULL, 0, offset, size);

	check_congruent(va, offset, size);
	check_entries(va, offset, size);
	munmap(va, size);
}

static const char *open_all(const struct pfnmap_kind *kind)
{
	int ret = source_open(&source, kind, PFNMAP_PUD);

	if (ret == -ENODEV)
		return kind->none;
	CHECK_EQ(0, ret, "cannot open the BAR");
	follow = pfnmap_follow_open();
	exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	CHECK(exe >= 0, "errno %d", errno);
	/* Pages that the test writes first would count as faults. */
	CHECK_EQ(0, mlockall(MCL_CURRENT), "errno %d", errno);
	return lacks(KNOB, "vm.pfnmap_align") ?: lacks_test_device(follow);
}

FIXTURE(area)
{
};

VARIANT_OF_KIND(area);
KIND_VARIANT(area, vfio, pud, PFNMAP_PUD);
KIND_VARIANT(area, device, pud, PFNMAP_PUD);

FIXTURE_SETUP(area)
{
	NEED(open_all(variant->kind));
	ASSERT_LT(0, proc_read(KNOB));
	EXPECT_STREQ("1\n", proc_text);
}

FIXTURE_TEARDOWN(area)
{
	align(true);
	close(source.file);
}

TEST_F(area, each_size)
{
	const __u64 sizes[] = {
		PAGE_SIZE, PMD_SIZE - PAGE_SIZE, PMD_SIZE, PMD_SIZE + PAGE_SIZE, 64 * PMD_SIZE,
		PFNMAP_1G - PAGE_SIZE, PFNMAP_1G, PFNMAP_1G + PMD_SIZE + PAGE_SIZE, source.size,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		if (sizes[i] <= source.size)
			check_area(0, sizes[i]);
}

/* Where a part starts is for its frames to say, not for its offset. */
TEST_F(area, parts_of_the_bar)
{
	const __u64 parts[][2] = {
		{ source.size / 2, source.size / 2 },
		{ PAGE_SIZE, 2 * PFNMAP_1G - PAGE_SIZE },
		{ 3 * PMD_SIZE / 2, PFNMAP_1G },
		{ PMD_SIZE - PAGE_SIZE, PMD_SIZE },
		{ PMD_SIZE - PAGE_SIZE, PMD_SIZE + PAGE_SIZE },
		{ source.size - PAGE_SIZE, PAGE_SIZE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		check_area(parts[i][0], parts[i][1]);
}

/* Several mappings at once have addresses of their own. */
TEST_F(area, many_mappings)
{
	char *va[16];
	int i, j;

	for (i = 0; i < 16; i++) {
		va[i] = map_bar(NULL, 0, 0, PFNMAP_1G);
		check_congruent(va[i], 0, PFNMAP_1G);
		for (j = 0; j < i; j++)
			EXPECT_LE(PFNMAP_1G, va[i] > va[j] ? va[i] - va[j] : va[j] - va[i]);
	}
}

/* What the program leaves to the kernel is as for any file. */
TEST_F(area, turned_off)
{
	const __u64 sizes[] = { PAGE_SIZE, PMD_SIZE, PFNMAP_1G, source.size };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		align(false);
		EXPECT_EQ(file_address(0, sizes[i]), bar_address(NULL, 0, 0, sizes[i]));
		align(true);
		check_congruent(bar_address(NULL, 0, 0, sizes[i]), 0, sizes[i]);
	}
}

/* All of its entries are PTEs. */
TEST_F(area, devmem)
{
	int fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	char *va;

	NEED(lacks("/dev/mem", "CONFIG_DEVMEM"));
	va = mmap(NULL, 2 * PMD_SIZE, RW, MAP_SHARED, fd, source.phys);
	ASSERT_NE(MAP_FAILED, va);
	EXPECT_EQ(0, skew_at(va, source.phys, PFNMAP_PMD));
	munmap(va, 2 * PMD_SIZE);
	align(false);
	va = file_address(0, 2 * PMD_SIZE);
	EXPECT_EQ(va, unmapped(mmap(NULL, 2 * PMD_SIZE, RW, MAP_SHARED, fd, source.phys),
			       2 * PMD_SIZE));
}

/* A mapping that has no room for a large entry is as for any file, with or without. */
TEST_F(area, small_mappings)
{
	EXPECT_EQ(file_address(0, PAGE_SIZE), bar_address(NULL, 0, 0, PAGE_SIZE));
	EXPECT_EQ(file_address(0, PMD_SIZE), bar_address(NULL, 0, PAGE_SIZE, PMD_SIZE));
}

TEST_F(area, hint)
{
	char *skewed = pfnmap_pick(PFNMAP_PTE, source.phys, PFNMAP_1G), *taken;
	char *address;

	EXPECT_EQ(skewed, bar_address(skewed, 0, 0, PFNMAP_1G));
	taken = mmap(NULL, PMD_SIZE, PROT_NONE, ANON, -1, 0);
	ASSERT_NE(MAP_FAILED, taken);
	address = bar_address(taken, 0, 0, PFNMAP_1G);
	EXPECT_NE(taken, address);
	align(false);
	EXPECT_EQ(address, bar_address(taken, 0, 0, PFNMAP_1G));
}

TEST_F(area, fixed)
{
	char *skewed = pfnmap_pick(PFNMAP_PTE, source.phys, PFNMAP_1G);

	EXPECT_EQ(skewed, bar_address(skewed, MAP_FIXED_NOREPLACE, 0, PFNMAP_1G));
	EXPECT_EQ(skewed, map_bar(skewed, MAP_FIXED, 0, PFNMAP_1G));
	EXPECT_EQ(MAP_FAILED, map_bar(skewed, MAP_FIXED_NOREPLACE, 0, PFNMAP_1G));
	EXPECT_EQ(EEXIST, errno);
}

#ifdef MAP_32BIT
/* x86 takes another random address for each of these: if they were aligned, all would be. */
TEST_F(area, first_2_gigabytes)
{
	const __u64 size = 64 * PMD_SIZE;
	int i, aligned = 0;

	for (i = 0; i < 16; i++) {
		char *address = bar_address(NULL, MAP_32BIT, 0, size);

		ASSERT_NE(MAP_FAILED, address);
		EXPECT_GE(2 * PFNMAP_1G, (uintptr_t)address + size);
		aligned += !skew_at(address, source.phys, PFNMAP_PMD);
	}
	EXPECT_GT(16, aligned);
}
#endif

/* The limit is for what is mapped, not for where it might have been. */
TEST_F(area, limit_of_addresses)
{
	__u64 used = proc_known_kb("/proc/self/status", "VmSize:") * 1024;
	struct rlimit limit = {
		.rlim_cur = used + PFNMAP_1G + 64 * PAGE_SIZE,
		.rlim_max = RLIM_INFINITY,
	};

	ASSERT_EQ(0, setrlimit(RLIMIT_AS, &limit));
	check_congruent(map_bar(NULL, 0, 0, PFNMAP_1G), 0, PFNMAP_1G);
	EXPECT_EQ(MAP_FAILED, map_bar(NULL, 0, 0, PFNMAP_1G));
	EXPECT_EQ(ENOMEM, errno);
}

/* Leaves no address to choose. */
static void take_all_addresses(void)
{
	__u64 size;

	for (size = 1ULL << 47; size >= PAGE_SIZE; size /= 2)
		while (mmap(NULL, size, PROT_NONE, ANON | MAP_NORESERVE, -1, 0) != MAP_FAILED)
			;
}

/*
 * In the only gap there is, which starts a page after an address that would do: the next one is at
 * its other end, once the gap is as much larger than the mapping. Before, it is as for any file.
 */
TEST_F(area, one_gap)
{
	const enum pfnmap_level level = level_in(source.phys, PFNMAP_1G);
	const __u64 more = pfnmap_size(level) - PAGE_SIZE;
	char *room = mmap(NULL, 4 * PFNMAP_1G, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), *gap;

	ASSERT_NE(MAP_FAILED, room);
	gap = (char *)(pfnmap_align((uintptr_t)room, PFNMAP_1G) + PAGE_SIZE +
		       (source.phys & (PFNMAP_1G - 1)));
	take_all_addresses();
	EXPECT_EQ(MAP_FAILED, map_bar(NULL, 0, 0, PFNMAP_1G));
	ASSERT_EQ(0, munmap(gap, PFNMAP_1G));
	EXPECT_EQ(gap, bar_address(NULL, 0, 0, PFNMAP_1G));
	ASSERT_EQ(0, munmap(gap, PFNMAP_1G + more - PAGE_SIZE));
	EXPECT_EQ(gap + more - PAGE_SIZE, bar_address(NULL, 0, 0, PFNMAP_1G));
	ASSERT_EQ(0, munmap(gap, PFNMAP_1G + more));
	EXPECT_EQ(gap + more, bar_address(NULL, 0, 0, PFNMAP_1G));
}

/* Gaps that are too small for a mapping, or for one that is to be aligned, are passed over. */
TEST_F(area, many_gaps)
{
	const __u64 step = 2 * PFNMAP_1G;
	const __u64 more = pfnmap_size(level_in(source.phys, PFNMAP_1G)) / 512;
	char *room = mmap(NULL, 64 * step, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), *va;
	int i;

	ASSERT_NE(MAP_FAILED, room);
	take_all_addresses();
	for (i = 0; i < 63; i++)
		ASSERT_EQ(0, munmap(room + i * step,
				    pfnmap_align(PFNMAP_1G + i * more, PAGE_SIZE)));
	ASSERT_EQ(0, munmap(room + 63 * step + PAGE_SIZE, step - PAGE_SIZE));
	va = map_bar(NULL, 0, 0, PFNMAP_1G);
	check_congruent(va, 0, PFNMAP_1G);
	EXPECT_LT(room + 63 * step, va);
}

TEST_F(area, fork)
{
	char *va = map_bar(NULL, 0, 0, 2 * PFNMAP_1G), *other;
	pid_t pid;

	check_congruent(va, 0, 2 * PFNMAP_1G);
	check_entries(va, 0, 2 * PFNMAP_1G);
	pid = fork();
	if (!pid) {
		other = map_bar(NULL, 0, 0, 2 * PFNMAP_1G);
		check_congruent(other, 0, 2 * PFNMAP_1G);
		_exit(other == va);
	}
	EXPECT_TRUE(child_was_right(pid));
}

/* mremap() of several mappings in one call wants a file that chooses no addresses itself. */
TEST_F(area, mremap_of_two_mappings)
{
	char *va = map_bar(NULL, 0, 0, 3 * PMD_SIZE), *to;

	check_congruent(va, 0, 3 * PMD_SIZE);
	check_entries(va, 0, 3 * PMD_SIZE);
	ASSERT_EQ(0, munmap(va + PMD_SIZE, PMD_SIZE));
	to = pfnmap_pick(PFNMAP_PMD, source.phys, 3 * PMD_SIZE);
	ASSERT_EQ(to, mremap(va, 3 * PMD_SIZE, 3 * PMD_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, to));
	bar_read(to);
	bar_read(to + 2 * PMD_SIZE);
}

TEST_F(area, mremap_does_not_grow)
{
	char *va = map_bar(NULL, 0, 0, PMD_SIZE);

	check_congruent(va, 0, PMD_SIZE);
	EXPECT_EQ(MAP_FAILED, mremap(va, PMD_SIZE, PFNMAP_1G, MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
}

/* A mapping that may grow: one of VM_MIXEDMAP. */
TEST(mremap_grows_and_moves)
{
	char *va, *to;

	NEED(open_all(&mixedmap_kind));
	va = map_bar(NULL, 0, 0, PMD_SIZE);
	check_congruent(va, 0, PMD_SIZE);
	ASSERT_NE(MAP_FAILED, mmap(va + PMD_SIZE, PAGE_SIZE, PROT_NONE, ANON | MAP_FIXED, -1, 0));
	to = mremap(va, PMD_SIZE, PFNMAP_1G, MREMAP_MAYMOVE);
	check_congruent(to, 0, PFNMAP_1G);
	ASSERT_NE(MAP_FAILED, mmap(to + PFNMAP_1G, PAGE_SIZE, PROT_NONE, ANON | MAP_FIXED, -1, 0));
	align(false);
	va = file_address(0, 2 * PFNMAP_1G);
	EXPECT_EQ(va, mremap(to, PFNMAP_1G, 2 * PFNMAP_1G, MREMAP_MAYMOVE));
	align(true);
}

/* Fresh programs */

#define FRESH	"HUGE_PFNMAP_AREA"	/* in the environment: the descriptors of BAR and pipe, the offset */

struct addresses {
	char *others[8];
	char *small;
	char *bar;
};

/* Maps the same in each such program, and tells where it has arrived. */
static void __attribute__((constructor)) fresh_program(void)
{
	const char *how = getenv(FRESH);
	struct addresses got = {};
	unsigned long long offset;
	int bar, out;

	if (!how)
		return;
	exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (sscanf(how, "%d %d %llu", &bar, &out, &offset) != 3 || exe < 0)
		_exit(1);
	got.others[0] = mmap(NULL, PAGE_SIZE, RW, ANON, -1, 0);
	got.others[1] = mmap(NULL, PMD_SIZE, RW, ANON, -1, 0);
	got.others[2] = mmap(NULL, PFNMAP_1G, RW, ANON | MAP_NORESERVE, -1, 0);
	got.others[3] = mmap(NULL, 3 * PMD_SIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	got.others[4] = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_PRIVATE, exe, 0);
	got.others[5] = mmap(NULL, PFNMAP_1G, PROT_READ, MAP_PRIVATE, exe, 0);
	got.others[6] = mremap(got.others[1], PMD_SIZE, 3 * PMD_SIZE, MREMAP_MAYMOVE);
	got.others[7] = mmap(NULL, 3 * PAGE_SIZE, RW, ANON, -1, 0);
	got.small = mmap(NULL, PAGE_SIZE, RW, MAP_SHARED, bar, offset);
	got.bar = mmap(NULL, PFNMAP_1G, RW, MAP_SHARED, bar, offset);
	_exit(write(out, &got, sizeof(got)) != sizeof(got));
}

static void start_fresh(unsigned long persona, int out)
{
	char how[64];

	snprintf(how, sizeof(how), "%d %d %llu", dup(source.file), dup(out), source.offset);
	if (personality(persona) < 0 || setenv(FRESH, how, 1))
		_exit(1);
	execl("/proc/self/exe", "fresh", NULL);
	_exit(1);
}

static struct addresses fresh(unsigned long persona, bool on)
{
	struct addresses got;
	int ends[2];
	pid_t pid;

	align(on);
	CHECK_EQ(0, pipe2(ends, O_CLOEXEC), "errno %d", errno);
	pid = fork();
	if (!pid)
		start_fresh(persona, ends[1]);
	CHECK(child_was_right(pid), "a program with personality %#lx", persona);
	CHECK_EQ(sizeof(got), read(ends[0], &got, sizeof(got)), "errno %d", errno);
	close(ends[0]);
	close(ends[1]);
	return got;
}

/* Nothing but the large mapping of the BAR moves when the option changes. */
static void check_others(unsigned long persona)
{
	struct addresses off = fresh(persona, false), on = fresh(persona, true);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(off.others); i++) {
		CHECK(off.others[i] != MAP_FAILED, "%u", i);
		CHECK_EQ((uintptr_t)off.others[i], (uintptr_t)on.others[i], "%u", i);
	}
	CHECK(off.small != MAP_FAILED, "a page of the BAR");
	CHECK_EQ((uintptr_t)off.small, (uintptr_t)on.small, "a page of the BAR");
	CHECK(off.bar != MAP_FAILED, "a GiB of the BAR");
	check_congruent(on.bar, 0, PFNMAP_1G);
}

TEST_F(area, without_randomization)
{
	check_others(ADDR_NO_RANDOMIZE);
}

TEST_F(area, bottom_up)
{
	struct addresses got = fresh(ADDR_COMPAT_LAYOUT, true);

	EXPECT_LT(got.others[0], got.others[7]);
	EXPECT_LT(got.others[7], got.bar);
	check_congruent(got.bar, 0, PFNMAP_1G);
	check_others(ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT);
}

TEST_F(area, randomized)
{
	struct addresses first = fresh(0, true), next;
	bool same = true;
	int i;

	for (i = 0; i < 16; i++) {
		next = fresh(0, true);
		check_congruent(next.bar, 0, PFNMAP_1G);
		same &= next.others[0] == first.others[0];
	}
	EXPECT_FALSE(same);
}

/*
 * Addresses of a 32-bit program end at 4 GiB, and are as for any file. Random ones are not all
 * aligned.
 */
TEST_F(area, program_of_32_bits)
{
	const __u32 size = 64 * PMD_SIZE < PFNMAP_1G ? 64 * PMD_SIZE : PFNMAP_1G;
	char *va = map_bar(NULL, 0, 0, size);
	struct compat_answer off, on;
	int i, aligned = 0;

	NEED(lacks_compat());
	check_congruent(va, 0, size);
	align(false);
	off = compat_map(ADDR_NO_RANDOMIZE, source.file, source.offset, size);
	align(true);
	on = compat_map(ADDR_NO_RANDOMIZE, source.file, source.offset, size);
	EXPECT_EQ(off.address, on.address);
	for (i = 0; i < 16; i++) {
		bar_write(va, word(i));
		on = compat_map(0, source.file, source.offset, size);
		ASSERT_GE(4 * PFNMAP_1G, (__u64)on.address + size);
		EXPECT_EQ((__u32)word(i), on.seen);
		EXPECT_EQ((__u32)~word(i), (__u32)bar_read(va));
		aligned += !skew_at((char *)(uintptr_t)on.address, source.phys, PFNMAP_PMD);
	}
	EXPECT_GT(16, aligned);
}

TEST_HARNESS_MAIN

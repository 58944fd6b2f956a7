// SPDX-License-Identifier: GPL-2.0
/*
 * Views of a process from outside: a debugger, a core dump, DAMON, idle page tracking, and the node
 * of a page. They leave its PFN mapping as it is.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <linux/mempolicy.h>

#include "lib/check.h"
#include "lib/child.h"
#include "lib/huge.h"
#include "lib/look.h"
#include "lib/memory.h"
#include "lib/need.h"
#include "lib/race.h"

/* A vma of VM_MIXEDMAP may have pages too: only the entries say that these have none. */
ALL_VARIANTS(huge, mixedmap);

/* A debugger */

/* The child's own entries, which need not cost faults that count: it has copied pages to make. */
static void check_child_blocks(void)
{
	struct test_pfnmap_follow f;
	__u64 at;

	for_each_block(at) {
		if (!is_mixedmap()) {
			CHECK_EQ(0, pfnmap_follow(map.follow, map.va + at, 1, &f), "in the child");
			CHECK_EQ(~(map.block - 1), f.addr_mask, "in the child");
		}
		read_block(map.va + at, at);
	}
}

static pid_t stopped_child(struct __test_metadata *_metadata)
{
	pid_t pid = fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		check_child_blocks();
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	return pid;
}

static void finish_child(struct __test_metadata *_metadata, pid_t pid)
{
	EXPECT_EQ(0, ptrace(PTRACE_CONT, pid, NULL, NULL));
	EXPECT_TRUE(child_was_right(pid));
}

/* A debugger needs pages or an access method, and these mappings have neither. */
static void check_unseen(struct __test_metadata *_metadata, pid_t pid, int mem)
{
	__u64 value;
	struct iovec local = { &value, 8 }, remote = { NULL, 8 };
	__u64 at;
	int i;

	for (i = 0; i < SPOTS; i++) {
		remote.iov_base = spot(i);
		errno = 0;
		EXPECT_EQ(-EIO, result(ptrace(PTRACE_PEEKDATA, pid, spot(i), NULL)));
		EXPECT_EQ(-EIO, result(ptrace(PTRACE_POKEDATA, pid, spot(i), NULL)));
		EXPECT_EQ(-EIO, result(pread(mem, &value, 8, (uintptr_t)spot(i))));
		EXPECT_EQ(-EFAULT, result(process_vm_readv(pid, &local, 1, &remote, 1, 0)));
	}
	for_each_block(at) {
		EXPECT_EQ(-EIO, result(ptrace(PTRACE_PEEKDATA, pid, map.va + at, NULL)));
		EXPECT_EQ(-EIO, result(ptrace(PTRACE_POKEDATA, pid, map.va + at, NULL)));
	}
}

TEST_F(huge, ptrace)
{
	long tables = before_look(), ram = 0x5a5a;
	pid_t pid = stopped_child(_metadata);
	char path[64];
	int mem;

	EXPECT_EQ(ram, ptrace(PTRACE_PEEKDATA, pid, &ram, NULL));
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mem = open(path, O_RDWR);
	ASSERT_LE(0, mem);
	check_unseen(_metadata, pid, mem);
	close(mem);
	finish_child(_metadata, pid);
	after_look(tables);
}

TEST_F(huge, proc_of_another)
{
	long tables = before_look();
	pid_t pid = stopped_child(_metadata);
	static const char * const files[] = { "smaps", "smaps_rollup", "numa_maps", "maps" };
	char path[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
		EXPECT_LT(0, proc_read(path));
	}
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	check_pagemap_of_blocks(path);
	finish_child(_metadata, pid);
	after_look(tables);
}

/* A core dump */

#define CORE	"/tmp/huge_pfnmap_look.core"

/* Dumps core with one block mapped: a page that has no struct page costs time, too. */
static void dump_core(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	munmap(map.va + map.block, map.size - map.block);
	signal(SIGABRT, SIG_DFL);
	if (setrlimit(RLIMIT_CORE, &all) || prctl(PR_SET_DUMPABLE, 1) ||
	    !proc_write("/proc/self/coredump_filter", "0x7f"))
		_exit(1);
	abort();
}

/* The segment of the dump that is at @va. */
static bool find_segment(int core, const void *va, Elf64_Phdr *segment)
{
	Elf64_Ehdr head;
	int i;

	if (pread(core, &head, sizeof(head), 0) != sizeof(head))
		return false;
	for (i = 0; i < head.e_phnum; i++) {
		if (pread(core, segment, sizeof(*segment), head.e_phoff + i * sizeof(*segment)) !=
		    sizeof(*segment))
			return false;
		if (segment->p_type == PT_LOAD && segment->p_vaddr == (uintptr_t)va)
			return true;
	}
	return false;
}

/* A dump leaves out VM_IO; of other vmas it has a hole for what it could not read. */
static void check_core(struct __test_metadata *_metadata)
{
	int core = open(CORE, O_RDONLY);
	Elf64_Phdr segment;
	__u64 value;
	int i;

	ASSERT_LE(0, core);
	ASSERT_TRUE(find_segment(core, map.va, &segment));
	EXPECT_EQ(map.block, segment.p_memsz);
	EXPECT_EQ(is_mixedmap() ? map.block : 0, segment.p_filesz);
	for (i = 0; i < WORDS && segment.p_filesz; i++) {
		ASSERT_EQ(8, pread(core, &value, 8, segment.p_offset + word_at(i)));
		EXPECT_EQ(0, value);
	}
	close(core);
}

TEST_F_TIMEOUT(huge, core_dump, 120)
{
	const char *pattern = "/proc/sys/kernel/core_pattern";
	int status = 0;
	long tables;
	pid_t pid;

	NEED(lacks(pattern, "CONFIG_COREDUMP"));
	ASSERT_TRUE(proc_write(pattern, CORE));
	tables = before_look();
	pid = fork();
	if (!pid)
		dump_core();
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WCOREDUMP(status));
	after_look(tables);
	check_core(_metadata);
	unlink(CORE);
}

/* DAMON */

#define DAMON	"/sys/kernel/mm/damon/admin/kdamonds"

static bool damon_set(const char *name, __u64 value)
{
	char path[128], number[24];

	snprintf(path, sizeof(path), DAMON "/%s", name);
	snprintf(number, sizeof(number), "%llu", value);
	return proc_write(path, number);
}

#define SCHEME	"0/contexts/0/schemes/0"

/* Target @i is one region of this process. */
static bool damon_target(int i, const char *va, __u64 size)
{
	static const char *const names[] = {
		"pid_target", "regions/nr_regions", "regions/0/start", "regions/0/end",
	};
	const __u64 values[] = { getpid(), 1, (uintptr_t)va, (uintptr_t)va + size };
	bool set = true;
	char name[64];
	unsigned int j;

	for (j = 0; j < ARRAY_SIZE(names); j++) {
		snprintf(name, sizeof(name), "0/contexts/0/targets/%d/%s", i, names[j]);
		set = set && damon_set(name, values[j]);
	}
	return set;
}

/* Watches the mapping and @page, a thousand times a second, and notes what was accessed. */
static bool damon_watch(const char *page)
{
	return damon_set("nr_kdamonds", 1) &&
	       damon_set("0/contexts/nr_contexts", 1) &&
	       proc_write(DAMON "/0/contexts/0/operations", "vaddr") &&
	       damon_set("0/contexts/0/monitoring_attrs/intervals/sample_us", 1000) &&
	       damon_set("0/contexts/0/monitoring_attrs/intervals/aggr_us", 20000) &&
	       damon_set("0/contexts/0/targets/nr_targets", 2) &&
	       damon_target(0, map.va, map.size) && damon_target(1, page, PAGE_SIZE) &&
	       damon_set("0/contexts/0/schemes/nr_schemes", 1) &&
	       damon_set(SCHEME "/access_pattern/sz/max", LONG_MAX) &&
	       damon_set(SCHEME "/access_pattern/nr_accesses/min", 1) &&
	       damon_set(SCHEME "/access_pattern/nr_accesses/max", INT_MAX) &&
	       damon_set(SCHEME "/access_pattern/age/max", INT_MAX) &&
	       proc_write(DAMON "/0/state", "on");
}

/* How many bytes it has seen accesses of. */
static long damon_accessed(void)
{
	if (!proc_write(DAMON "/0/state", "update_schemes_tried_bytes") ||
	    proc_read(DAMON "/" SCHEME "/tried_regions/total_bytes") <= 0)
		return -1;
	return atol(proc_text);
}

/* The CPU notes an access only where its TLB has nothing. */
static void access_page(char *page)
{
	mprotect(page, PAGE_SIZE, PROT_READ);
	mprotect(page, PAGE_SIZE, RW);
	bar_write(page, 1);
}

/* Of the frames no access is counted, of a page beside them each is. */
TEST_F(huge, damon)
{
	char *page = map_small(PAGE_SIZE);
	long tables, accessed = 0;
	__u64 start;

	NEED(lacks(DAMON, "CONFIG_DAMON_SYSFS"));
	ASSERT_NE(MAP_FAILED, page);
	access_page(page);
	/* Only what is on an LRU list is looked at. */
	drain();
	tables = before_look();
	ASSERT_TRUE(damon_watch(page));
	start = race_now();
	while (race_now() < start + 1000000000 || (!accessed && race_now() < start + 60000000000)) {
		touch_blocks(map.va);
		access_page(page);
		accessed = accessed ?: damon_accessed();
	}
	EXPECT_EQ((long)PAGE_SIZE, accessed);
	ASSERT_LT(0, proc_read(DAMON "/0/state"));
	EXPECT_STREQ("on\n", proc_text);
	EXPECT_TRUE(proc_write(DAMON "/0/state", "off"));
	after_look(tables);
}

/* Idle pages: none of a device, and those of the memory around it are marked. */
TEST_F(huge, page_idle)
{
	const char *bitmap = "/sys/kernel/mm/page_idle/bitmap";
	static __u64 ones[512];
	__u64 marked = ~0ULL;
	long tables, got;
	off_t at = 0;
	int fd;

	NEED(lacks(bitmap, "CONFIG_IDLE_PAGE_TRACKING"));
	memset(ones, 0xff, sizeof(ones));
	tables = before_look();
	fd = open(bitmap, O_RDWR);
	while ((got = pwrite(fd, ones, sizeof(ones), at)) > 0)
		at += got;
	EXPECT_LT(0, at);
	/* The frames of the device end the bitmap or are in it, never marked. */
	got = pread(fd, &marked, 8, map.source.phys / PAGE_SIZE / 64 * 8);
	EXPECT_TRUE(got == 0 || (got == 8 && marked == 0))
		TH_LOG("%ld bytes: %#llx", got, marked);
	close(fd);
	after_look(tables);
}

/* Nodes: without a page there is none. */

TEST_F(huge, move_pages_status)
{
	long tables;
	int i, status;
	void *page;

	NEED(lacks(NUMA));
	tables = before_look();
	for (i = 0; i < SPOTS; i++) {
		page = spot(i);
		status = 0;
		EXPECT_EQ(0, syscall(__NR_move_pages, 0, 1, &page, NULL, &status, 0));
		EXPECT_EQ(-ENOENT, status);
	}
	after_look(tables);
}

TEST_F(huge, get_mempolicy)
{
	int i, node = -1, flags = MPOL_F_NODE | MPOL_F_ADDR;
	char *memory = memory_before();
	long tables;

	NEED(lacks(NUMA));
	tables = before_look();
	EXPECT_EQ(0, syscall(__NR_get_mempolicy, &node, NULL, 0, memory, flags));
	EXPECT_LE(0, node);
	for (i = 0; i < SPOTS; i++)
		EXPECT_EQ(no_page(), result(syscall(__NR_get_mempolicy, &node, NULL, 0, spot(i),
						    flags)));
	after_look(tables);
}

TEST_HARNESS_MAIN

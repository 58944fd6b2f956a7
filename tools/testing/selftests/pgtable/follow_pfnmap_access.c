// SPDX-License-Identifier: GPL-2.0
/*
 * generic_access_phys(): the contents of a PFN mapping through /proc/PID/mem and ptrace().
 *
 * What the CPU wrote through vfio's mapping of a BAR is read back through a mapping that
 * has the access method, and the other way round.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lib/child.h"
#include "lib/harness.h"
#include "lib/lookup.h"
#include "lib/need.h"
#include "lib/vfio.h"

#define AT	(PMD_SIZE + PAGE_SIZE)	/* in the BAR */
#define SIZE	(4 * PAGE_SIZE)
#define WORDS	(SIZE / 8)

FIXTURE(access)
{
	struct pfnmap_bar bar;
	char *truth;	/* vfio's mapping */
	char *va;	/* the mapping with the access method */
	int file;	/* that @va maps */
	__u64 offset;	/* in @file */
	int mem;	/* /proc/self/mem */
};

FIXTURE_VARIANT(access)
{
	bool devmem;
};

FIXTURE_VARIANT_ADD(access, pci_resource) { .devmem = false };
FIXTURE_VARIANT_ADD(access, devmem) { .devmem = true };

FIXTURE_SETUP(access)
{
	__u64 i;

	NEED(lacks_bar());
	ASSERT_EQ(0, bar_open(&self->bar));
	self->offset = AT + (variant->devmem ? self->bar.phys : 0);
	self->file = variant->devmem ? open("/dev/mem", O_RDWR | O_SYNC) :
		     bar_open_resource(&self->bar);
	ASSERT_GE(self->file, 0);
	self->va = mmap(NULL, SIZE, RW, MAP_SHARED, self->file, self->offset);
	ASSERT_NE(MAP_FAILED, self->va);
	self->truth = bar_map(&self->bar, PFNMAP_PMD, RW, AT, SIZE);
	ASSERT_NE(MAP_FAILED, self->truth);
	for (i = 0; i < WORDS; i++)
		bar_write(self->truth + i * 8, word(i));
	self->mem = open("/proc/self/mem", O_RDWR);
	ASSERT_GE(self->mem, 0);
}

FIXTURE_TEARDOWN(access)
{
	bar_close(&self->bar);
}

TEST_F(access, followed_by_pages)
{
	struct test_pfnmap_follow f;
	int fd = pfnmap_follow_open();
	__u64 at;

	if (fd == -ENOENT)
		SKIP(return, "no /dev/test_pfnmap in this kernel");
	ASSERT_GE(fd, 0);
	for (at = 0; at < SIZE; at += PAGE_SIZE) {
		ASSERT_EQ(0, pfnmap_follow(fd, self->va + at, 1, &f));
		EXPECT_EQ((self->bar.phys + AT + at) / PAGE_SIZE, f.pfn);
		EXPECT_EQ(-PAGE_SIZE, f.addr_mask);
		EXPECT_EQ(1, f.special);
	}
}

TEST_F(access, reads_what_the_cpu_wrote)
{
	__u64 copy[WORDS], i;

	ASSERT_EQ((ssize_t)SIZE, pread(self->mem, copy, SIZE, (uintptr_t)self->va));
	for (i = 0; i < WORDS; i++)
		ASSERT_EQ(word(i), copy[i]);
}

TEST_F(access, reads_across_pages)
{
	const __u64 at = PAGE_SIZE - 3;
	unsigned char copy[6];
	unsigned int i;

	ASSERT_EQ(6, pread(self->mem, copy, 6, (uintptr_t)self->va + at));
	for (i = 0; i < 6; i++)
		EXPECT_EQ((word((at + i) / 8) >> (at + i) % 8 * 8) & 0xff, copy[i]);
}

TEST_F(access, writes_what_the_cpu_reads)
{
	const __u64 at = 2 * PAGE_SIZE - 8, value[2] = { ~word(1), ~word(2) };

	ASSERT_EQ(16, pwrite(self->mem, value, 16, (uintptr_t)self->va + at));
	EXPECT_EQ(word(at / 8 - 1), bar_read(self->truth + at - 8));
	EXPECT_EQ(value[0], bar_read(self->truth + at));
	EXPECT_EQ(value[1], bar_read(self->truth + at + 8));
	EXPECT_EQ(word(at / 8 + 2), bar_read(self->truth + at + 16));
}

TEST_F(access, read_only_refuses_writes)
{
	const __u64 value = ~word(0);
	__u64 copy;
	char *va = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, self->file, self->offset);

	ASSERT_NE(MAP_FAILED, va);
	EXPECT_EQ(-1, pwrite(self->mem, &value, 8, (uintptr_t)va));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(word(0), bar_read(self->truth));
	EXPECT_EQ(8, pread(self->mem, &copy, 8, (uintptr_t)va));
	EXPECT_EQ(word(0), copy);
}

TEST_F(access, nothing_outside_the_mapping)
{
	char copy[16];

	ASSERT_EQ(0, munmap(self->va + PAGE_SIZE, PAGE_SIZE));
	EXPECT_EQ(8, pread(self->mem, copy, 16, (uintptr_t)self->va + PAGE_SIZE - 8));
	EXPECT_EQ(-1, pread(self->mem, copy, 8, (uintptr_t)self->va + PAGE_SIZE));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(8, pread(self->mem, copy, 8, (uintptr_t)self->va + 2 * PAGE_SIZE));
}

/* These want pages, and a PFN mapping has none. */
TEST_F(access, none_by_process_vm)
{
	__u64 copy;
	struct iovec local = { &copy, 8 }, remote = { self->va, 8 };

	EXPECT_EQ(-1, process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(word(0), bar_read(self->truth));
}

TEST_F(access, ptrace)
{
	char *va = self->va + PAGE_SIZE;
	pid_t pid = fork();
	int status;

	ASSERT_GE(pid, 0);
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(bar_read(va) == ~word(PAGE_SIZE / 8) ? 0 : 1);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	EXPECT_EQ((long)word(PAGE_SIZE / 8), ptrace(PTRACE_PEEKDATA, pid, va, NULL));
	EXPECT_EQ(0, ptrace(PTRACE_POKEDATA, pid, va, (void *)~word(PAGE_SIZE / 8)));
	EXPECT_EQ(~word(PAGE_SIZE / 8), bar_read(self->truth + PAGE_SIZE));
	EXPECT_EQ(0, ptrace(PTRACE_CONT, pid, NULL, NULL));
	EXPECT_TRUE(child_was_right(pid));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * No user of get_user_pages() gets a page of a PFN mapping to read, to write or to keep.
 *
 * All of these pass on the error of get_user_pages() or its fast variant: fast finds the special
 * bit, slow finds VM_PFNMAP or, without that, the special bit.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../../../../mm/gup_test.h"
#include "lib/huge.h"
#include "lib/need.h"

/* A vma of VM_MIXEDMAP may have pages too: only the entries say that these have none. */
ALL_VARIANTS(huge, mixedmap);

#define GUP_TEST	"/sys/kernel/debug/gup_test", "CONFIG_GUP_TEST"
#define IO_URING	"/proc/sys/kernel/io_uring_disabled", "CONFIG_IO_URING"
#define RAM_DISK	"/dev/ram0", "CONFIG_BLK_DEV_RAM"
#define FOLL_WRITE	1	/* of the kernel, for gup_test */

/* get_user_pages() and pin_user_pages(), through the kernel's own test */

/* Bytes whose pages @cmd got, one page a call. */
static long gup(int fd, unsigned long cmd, char *va, __u64 size, __u32 flags)
{
	struct gup_test gup = {
		.addr = (uintptr_t)va,
		.size = size,
		.nr_pages_per_call = 1,
		.gup_flags = flags,
	};

	return result(ioctl(fd, cmd, &gup)) ?: (long)gup.size;
}

static void check_gup(struct __test_metadata *_metadata, int fd, unsigned long cmd, __u32 flags)
{
	char *memory = map.va - PAGE_SIZE;
	int i;

	EXPECT_EQ((long)PAGE_SIZE, gup(fd, cmd, memory, (long)PAGE_SIZE, flags));
	EXPECT_EQ((long)PAGE_SIZE, gup(fd, cmd, memory, 2 * (long)PAGE_SIZE, flags));
	for (i = 0; i < SPOTS; i++)
		EXPECT_EQ(0, gup(fd, cmd, spot(i), (long)PAGE_SIZE, flags));
}

TEST_F(huge, gup)
{
	const unsigned long cmd[] = {
		GUP_FAST_BENCHMARK, PIN_FAST_BENCHMARK, GUP_BASIC_TEST, PIN_BASIC_TEST,
		PIN_LONGTERM_BENCHMARK,
	};
	unsigned int i;
	int fd;

	NEED(lacks(GUP_TEST));
	fd = open("/sys/kernel/debug/gup_test", O_RDWR);
	memory_before();
	map_all();
	for (i = 0; i < ARRAY_SIZE(cmd); i++) {
		check_gup(_metadata, fd, cmd[i], 0);
		check_gup(_metadata, fd, cmd[i], FOLL_WRITE);
	}
	check_all();
}

static long pin_longterm(int fd, char *va, __u64 size, __u32 flags)
{
	struct pin_longterm_test pin = { .addr = (uintptr_t)va, .size = size, .flags = flags };

	return result(ioctl(fd, PIN_LONGTERM_TEST_START, &pin));
}

TEST_F(huge, pin_longterm)
{
	const __u32 all = PIN_LONGTERM_TEST_FLAG_USE_WRITE | PIN_LONGTERM_TEST_FLAG_USE_FAST;
	char *memory = memory_before();
	__u32 flags;
	int i, fd;

	NEED(lacks(GUP_TEST));
	fd = open("/sys/kernel/debug/gup_test", O_RDWR);
	map_all();
	for (flags = 0; flags <= all; flags++) {
		EXPECT_EQ(0, pin_longterm(fd, memory, (long)PAGE_SIZE, flags));
		EXPECT_EQ(0, ioctl(fd, PIN_LONGTERM_TEST_STOP));
		for (i = 0; i < SPOTS; i++)
			EXPECT_EQ(no_page(), pin_longterm(fd, spot(i), (long)PAGE_SIZE, flags));
		EXPECT_EQ(no_page(), pin_longterm(fd, map.va, map.block, flags));
		EXPECT_EQ(no_page(), pin_longterm(fd, memory, 2 * (long)PAGE_SIZE, flags));
	}
	check_all();
}

/* Memory of another process */

TEST_F(huge, process_vm)
{
	char *memory = memory_before();
	static char copy[2 << 16];	/* two of the largest pages */
	struct iovec local = { copy, 2 * (long)PAGE_SIZE }, remote = { memory, 2 * (long)PAGE_SIZE };
	pid_t pid = getpid();
	int i;

	map_all();
	/* Both stop where the memory ends. */
	EXPECT_EQ((long)PAGE_SIZE, process_vm_readv(pid, &local, 1, &remote, 1, 0));
	EXPECT_EQ((long)PAGE_SIZE, process_vm_writev(pid, &local, 1, &remote, 1, 0));
	for (i = 0; i < SPOTS; i++) {
		remote = (struct iovec) { spot(i), (long)PAGE_SIZE };
		EXPECT_EQ(-EFAULT, result(process_vm_readv(pid, &local, 1, &remote, 1, 0)));
		EXPECT_EQ(-EFAULT, result(process_vm_writev(pid, &local, 1, &remote, 1, 0)));
	}
	check_all();
}

/* Without pages it takes an access method of the driver, and neither of these has one. */
TEST_F(huge, proc_mem)
{
	int i, fd = open("/proc/self/mem", O_RDWR);
	__u64 value = 0;

	map_all();
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(-EIO, result(pread(fd, &value, 8, (uintptr_t)spot(i))));
		EXPECT_EQ(-EIO, result(pwrite(fd, &value, 8, (uintptr_t)spot(i))));
	}
	check_all();
}

/* Files and pipes */

TEST_F(huge, direct_io)
{
	char *memory = memory_before();
	int i, fd;

	NEED(lacks(RAM_DISK));
	fd = open("/dev/ram0", O_RDWR | O_DIRECT);
	map_all();
	EXPECT_EQ((long)PAGE_SIZE, result(pwrite(fd, memory, (long)PAGE_SIZE, 0)));
	EXPECT_EQ((long)PAGE_SIZE, result(pread(fd, memory, (long)PAGE_SIZE, 0)));
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(no_page(), result(pwrite(fd, spot(i), (long)PAGE_SIZE, 0)));
		EXPECT_EQ(no_page(), result(pread(fd, spot(i), (long)PAGE_SIZE, 0)));
	}
	check_all();
}

/* A copy needs no page: the CPU may read and write a BAR. */
TEST_F(huge, not_by_copy)
{
	__u64 value = 0;
	int pipes[2];

	map_all();
	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ(8, result(write(pipes[1], map.va, 8)));
	EXPECT_EQ(8, result(read(pipes[0], &value, 8)));
	EXPECT_EQ(word(0), value);
	EXPECT_EQ(8, result(write(pipes[1], &value, 8)));
	bar_write(map.va, 0);
	EXPECT_EQ(8, result(read(pipes[0], map.va, 8)));
	check_all();
}

static long splice_one(int to, void *va, __u64 size, int flags)
{
	struct iovec iov = { va, size };

	return result(vmsplice(to, &iov, 1, flags));
}

TEST_F(huge, vmsplice)
{
	char *memory = memory_before();
	int i, pipes[2];

	map_all();
	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ((long)PAGE_SIZE, splice_one(pipes[1], memory, 2 * (long)PAGE_SIZE, 0));
	EXPECT_EQ((long)PAGE_SIZE, splice_one(pipes[1], memory, (long)PAGE_SIZE, SPLICE_F_GIFT));
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(no_page(), splice_one(pipes[1], spot(i), (long)PAGE_SIZE, 0));
		EXPECT_EQ(no_page(), splice_one(pipes[1], spot(i), (long)PAGE_SIZE, SPLICE_F_GIFT));
	}
	check_all();
}

/* io_uring */

static int ring_open(void)
{
	struct io_uring_params params = {};

	return result(syscall(__NR_io_uring_setup, 4, &params));
}

static long ring_register(int ring, unsigned int op, void *arg)
{
	return result(syscall(__NR_io_uring_register, ring, op, arg, 1));
}

static long ring_fix(int ring, void *va, __u64 size)
{
	struct iovec iov = { va, size };

	return ring_register(ring, IORING_REGISTER_BUFFERS, &iov);
}

TEST_F(huge, io_uring_fixed_buffers)
{
	char *memory = memory_before();
	int i, ring;

	NEED(lacks(IO_URING));
	ring = ring_open();
	ASSERT_LE(0, ring);
	map_all();
	EXPECT_EQ(0, ring_fix(ring, memory, (long)PAGE_SIZE));
	EXPECT_EQ(0, result(syscall(__NR_io_uring_register, ring, IORING_UNREGISTER_BUFFERS,
				    NULL, 0)));
	for (i = 0; i < SPOTS; i++)
		EXPECT_EQ(no_page(), ring_fix(ring, spot(i), (long)PAGE_SIZE));
	EXPECT_EQ(no_page(), ring_fix(ring, map.va, map.block));
	/* A part of it is not enough. */
	EXPECT_EQ(-EFAULT, ring_fix(ring, memory, 2 * (long)PAGE_SIZE));
	check_all();
}

/* A ring of buffers that lies in @va itself. */
static long ring_provide(int ring, void *va)
{
	struct io_uring_buf_reg reg = { .ring_addr = (uintptr_t)va, .ring_entries = 16 };

	return ring_register(ring, IORING_REGISTER_PBUF_RING, &reg);
}

static long ring_setup_in(void *rings, void *entries)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_NO_MMAP | IORING_SETUP_SINGLE_ISSUER,
		.cq_off.user_addr = (uintptr_t)rings,
		.sq_off.user_addr = (uintptr_t)entries,
	};

	return result(syscall(__NR_io_uring_setup, 4, &params));
}

TEST_F(huge, io_uring_rings)
{
	char *memory = memory_before();
	char *entries = mmap(NULL, (long)PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i, ring;

	NEED(lacks(IO_URING));
	ring = ring_open();
	ASSERT_LE(0, ring);
	map_all();
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(no_page(), ring_provide(ring, spot(i)));
		EXPECT_EQ(no_page(), ring_setup_in(spot(i), entries));
		EXPECT_EQ(no_page(), ring_setup_in(memory, spot(i)));
	}
	EXPECT_EQ(0, ring_provide(ring, memory));
	EXPECT_LE(0, ring_setup_in(memory, entries));
	check_all();
}

static long futex(char *va, int op, __u32 value)
{
	const struct timespec soon = { .tv_nsec = 1000 };

	return result(syscall(__NR_futex, va, op, value, &soon, NULL, 0));
}

/* A shared futex is known by its page, a private one by its address. */
TEST_F(huge, futex)
{
	char *memory = memory_before();
	const __u32 page = 0x01010101;
	int i;

	map_all();
	EXPECT_EQ(-ETIMEDOUT, futex(memory, FUTEX_WAIT, page));
	for (i = 0; i < SPOTS; i++) {
		EXPECT_EQ(no_page(), futex(spot(i), FUTEX_WAIT, 0));
		EXPECT_EQ(no_page(), futex(spot(i), FUTEX_WAKE, 1));
	}
	EXPECT_EQ(-ETIMEDOUT, futex(map.va, FUTEX_WAIT_PRIVATE, (__u32)word(0)));
	EXPECT_EQ(-EAGAIN, futex(map.va, FUTEX_WAIT_PRIVATE, ~(__u32)word(0)));
	check_all();
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * A process that maps a BAR consumes poison elsewhere, which the kernel knows already.
 *
 * The poison is in a ring of io_uring, a page of the kernel, which stays mapped.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <linux/io_uring.h>

#include "bar.h"

static atomic_int signals;

static void on_poison(int sig)
{
	signals++;
}

int main(void)
{
	struct io_uring_params params = {};
	char *va = map_blocks(PFNMAP_PUD, 2), *page;
	int ring = syscall(__NR_io_uring_setup, 8, &params);

	page = mmap(NULL, PAGE_SIZE, RW, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
	CHECK(page != MAP_FAILED, "io_uring: errno %d", errno);
	signal(SIGBUS, on_poison);
	madvise(page, PAGE_SIZE, MADV_HWPOISON);
	CHECK_EQ(0, faults_of(va, 2 * PFNMAP_1G, PFNMAP_1G), "faults after new poison");
	madvise(page, PAGE_SIZE, MADV_HWPOISON);
	check_mapped(va, 2, PFNMAP_1G);
	CHECK(signals, "no poison was met");
	return 0;
}

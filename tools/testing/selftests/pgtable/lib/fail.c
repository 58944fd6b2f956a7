// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's fault injection: allocations of the calling thread that fail.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fail.h"
#include "proc.h"

/* By default pages of order 0 do not fail, nor do allocations that may sleep. */
bool fail_pages(void)
{
	return proc_write(FAIL_KNOBS "fail_page_alloc/min-order", "0") &&
	       proc_write(FAIL_KNOBS "fail_page_alloc/ignore-gfp-wait", "N") &&
	       proc_write(FAIL_KNOBS "fail_page_alloc/verbose", "0");
}

bool fail_all(void)
{
	return fail_pages() && proc_write(FAIL_KNOBS "failslab/ignore-gfp-wait", "N") &&
	       proc_write(FAIL_KNOBS "failslab/verbose", "0");
}

int fail_open(void)
{
	return open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

void fail_nth(int fd, int nth)
{
	char text[16];

	if (pwrite(fd, text, snprintf(text, sizeof(text), "%d", nth), 0) <= 0)
		abort();
}

bool fail_end(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		abort();
	fail_nth(fd, 0);
	return !atoi(text);
}

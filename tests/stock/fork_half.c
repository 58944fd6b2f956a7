// SPDX-License-Identifier: GPL-2.0
/*
 * A child inherits half of a mapping of 1 GiB, and reads the other half.
 */
#include <unistd.h>

#include "bar.h"
#include "lib/access.h"
#include "lib/child.h"

int main(void)
{
	char *va = map_blocks(PFNMAP_PUD, 1);
	pid_t pid;
	int status;

	CHECK_EQ(0, catch_refusals(), "errno %d", errno);
	CHECK_EQ(0, madvise(va, PFNMAP_1G / 2, MADV_DONTFORK), "errno %d", errno);
	pid = fork();
	if (!pid)
		_exit(try_read(va));
	status = child_status(pid);
	CHECK(status, "the child reads where it has no vma");
	CHECK_EQ(SIGSEGV << 8, status, "the child");
	return 0;
}

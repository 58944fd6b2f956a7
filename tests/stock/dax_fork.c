// SPDX-License-Identifier: GPL-2.0
/*
 * A child inherits a mapping of device DAX that has a guard page, and exits.
 */
#include <unistd.h>
#include <linux/mman.h>

#include "dax.h"
#include "lib/child.h"

int main(void)
{
	char *va = dax_map();
	pid_t pid;

	CHECK_EQ(0, madvise(va, PAGE_SIZE, MADV_GUARD_INSTALL), "errno %d", errno);
	pid = fork();
	if (!pid)
		_exit(0);
	CHECK(child_was_right(pid), "the child");
	CHECK_EQ(word(1), bar_read(va + PFNMAP_1G), "what the child did not touch");
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Reads smaps, or another file of /proc/self: read_smaps smaps|numa_maps
 */
#include <stdio.h>

#include "bar.h"
#include "lib/proc.h"

int main(int argc, char **argv)
{
	char *va = map_blocks(PFNMAP_PUD, 4), path[64];

	snprintf(path, sizeof(path), "/proc/self/%s", argv[argc - 1]);
	/* Its own pages fault the first time. */
	CHECK(proc_read("/proc/self/maps") > 0, "no /proc/self/maps");
	CHECK(proc_read(path) > 0, "no %s", path);
	check_mapped(va, 4, PFNMAP_1G);
	return 0;
}

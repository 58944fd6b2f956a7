/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the reproducers share: device DAX of 2 GiB by entries of 1 GiB, on memory that the kernel's
 * command line reserves (memmap=3G!6G: its first GiB is for the description).
 */
#ifndef _STOCK_DAX_H
#define _STOCK_DAX_H

#include <fcntl.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/level.h"
#include "lib/proc.h"

#define DAX_SIZE	(2 * PFNMAP_1G)

static inline void dax_set(const char *path, const char *text)
{
	CHECK(proc_write(path, text), "%s: errno %d", path, errno);
}

/* Ends the program where the kernel has no device DAX. */
static inline int dax_open(void)
{
	if (access("/sys/bus/nd/drivers/dax_pmem", F_OK))
		ksft_exit_skip("no device DAX in this kernel\n");
	dax_set("/sys/bus/nd/devices/dax0.0/mode", "ram");
	dax_set("/sys/bus/nd/devices/dax0.0/align", "1073741824");
	dax_set("/sys/bus/nd/devices/dax0.0/uuid", "6d3a6ab9-7f2c-4a39-b5c1-0d6f1b2f8e11");
	dax_set("/sys/bus/nd/devices/dax0.0/namespace", "namespace0.0");
	dax_set("/sys/bus/nd/drivers/dax_pmem/bind", "dax0.0");
	return open("/dev/dax0.0", O_RDWR);
}

static inline char *dax_map(int fd)
{
	char *va = mmap(NULL, DAX_SIZE, RW, MAP_SHARED, fd, 0);

	CHECK(va != MAP_FAILED, "mmap(): errno %d", errno);
	bar_write(va, word(0));
	bar_write(va + PFNMAP_1G, word(1));
	return va;
}

#endif /* _STOCK_DAX_H */

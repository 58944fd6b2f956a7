/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the reproducers share: device DAX of 2 GiB by entries of 1 GiB, on memory that the kernel's
 * command line reserves (memmap=3G!6G: its first GiB is for the description).
 */
#ifndef _STOCK_DAX_H
#define _STOCK_DAX_H

#include "lib/check.h"
#include "lib/dax.h"
#include "lib/level.h"

#define DAX_SIZE	(2 * PFNMAP_1G)

/* Ends the program where there is no device DAX. */
static inline char *dax_map(void)
{
	const char *why_not = lacks_dax();
	char *va;

	if (why_not)
		ksft_exit_skip("%s\n", why_not);
	va = mmap(NULL, DAX_SIZE, RW, MAP_SHARED, dax_open(PFNMAP_1G), 0);
	CHECK(va != MAP_FAILED, "mmap(): errno %d", errno);
	bar_write(va, word(0));
	bar_write(va + PFNMAP_1G, word(1));
	return va;
}

#endif /* _STOCK_DAX_H */

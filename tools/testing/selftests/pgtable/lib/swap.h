/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A disk to swap to, and reclaim of the memory of all processes.
 */
#ifndef _LIB_SWAP_H
#define _LIB_SWAP_H

#include <stdbool.h>

#define RAM_DISK	"/dev/ram0"

/* Say what this kernel lacks, or return NULL. */
const char *lacks_swap(void);
const char *lacks_reclaim(void);

/* Makes @disk a swap device and swaps to it. These return 0 or -errno. */
int swap_on(const char *disk);
int swap_off(const char *disk);

/* Swaps out by advice, which skips what is not present; whether all pages are swapped out. */
bool swap_out(int fd, char *va, int pages);

/* Lets reclaim work on small nodes, too, and takes memory from the first node from now on. */
bool prepare_reclaim(void);

/*
 * Reclaims until all pages are swapped out; false if they never are. What is before them on their LRU
 * list was looked at, too.
 */
bool reclaim_all(int fd, const char *va, int pages);

/* The same of pages that MADV_FREE was called for, until they are gone. */
bool reclaim_freed(int fd, const char *va, int pages);

#endif /* _LIB_SWAP_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's fault injection: allocations of the calling thread that fail.
 */
#ifndef _LIB_FAIL_H
#define _LIB_FAIL_H

#include <stdbool.h>

#define FAIL_KNOBS	"/sys/kernel/debug/"

/* Lets allocations of single pages fail, as for page tables; false if the kernel cannot. */
bool fail_pages(void);

/* Lets allocations of pages and of objects fail; false if the kernel cannot. */
bool fail_all(void);

/* Returns a descriptor for the functions below, or a negative number if the kernel cannot. */
int fail_open(void);

/* Lets the @nth allocation from now on fail. */
void fail_nth(int fd, int nth);

/* Lets no more fail; returns whether an allocation has failed since fail_nth(). */
bool fail_end(int fd);

#endif /* _LIB_FAIL_H */

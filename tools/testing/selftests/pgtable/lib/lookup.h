/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lookups of page table entries by follow_pfnmap_start(), through /dev/test_pfnmap.
 *
 * Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _LIB_LOOKUP_H
#define _LIB_LOOKUP_H

#include <sys/types.h>
#include <linux/types.h>

#include <lib/test_pfnmap_uapi.h>

/* Opens the test device; returns its descriptor or -errno. */
int pfnmap_follow_open(void);

/* Returns NULL if @fd is one, or else why the test is to be skipped. */
const char *lacks_test_device(int fd);

/* Looks up @va, an address of the calling process, @count times. */
int pfnmap_follow(int fd, const void *va, __u64 count, struct test_pfnmap_follow *out);

/* The same for process @pid. */
int pfnmap_follow_of(int fd, pid_t pid, const void *va, __u64 count,
		     struct test_pfnmap_follow *out);

#endif /* _LIB_LOOKUP_H */

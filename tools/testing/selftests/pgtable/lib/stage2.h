/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What debugfs says of a virtual machine: exits, and the sizes at which its second stage maps guest
 * memory.
 */
#ifndef _LIB_STAGE2_H
#define _LIB_STAGE2_H

#include <sys/types.h>

#include "level.h"

#define KVM_DEBUGFS	"/sys/kernel/debug/kvm"

/* Entries by level. */
struct pfnmap_entries {
	__s64 of[PFNMAP_PUD + 1];
};

/* Whether stage2_entries() counts those of the whole virtual machine, whatever the range. */
#ifdef __aarch64__
#define STAGE2_COUNTS_ALL	0
#else
#define STAGE2_COUNTS_ALL	1
#endif

/* Bytes that the entries map. */
__u64 entries_bytes(const struct pfnmap_entries *entries);

/* Returns the counter @name of the virtual machine of process @pid, or -ENOENT. */
__s64 kvm_counter(pid_t pid, const char *name);

/* Counts the entries that map @size bytes of guest physical memory; returns 0 or -errno. */
int stage2_entries(pid_t pid, __u64 start, __u64 size, struct pfnmap_entries *out);

#endif /* _LIB_STAGE2_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accesses that the kernel may refuse by a signal.
 */
#ifndef _LIB_ACCESS_H
#define _LIB_ACCESS_H

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <linux/types.h>

/* Where catch_refusals() jumps to: sigsetjmp(refused, 0) returns the refusal. */
extern __thread sigjmp_buf refused;

/* Catches SIGBUS and SIGSEGV; returns 0 or -1. */
int catch_refusals(void);

/* A signal and its si_code. */
static inline int refusal_of(int sig, int code)
{
	return sig << 8 | code;
}

/* Reads or writes a word; returns 0 or a refusal. */
int try_access(void *va, bool write, __u64 *value);

/* These return 0 or the signal. */
int try_read(const void *va);
int try_write(void *va, __u64 value);

/* Whether the CPU sets the dirty bit itself; arm64 may not, and then a first write is a fault. */
bool cpu_sets_dirty(void);

/* Whether the CPU sets the accessed bit itself: fork() gives the child entries without it. */
bool cpu_sets_accessed(void);

#endif /* _LIB_ACCESS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accesses by the CPU that may be refused: they return 0 or the signal.
 */
#ifndef _PFNMAP_ACCESS_H
#define _PFNMAP_ACCESS_H

#include <setjmp.h>
#include <signal.h>

#include "pfnmap_level.h"

static sigjmp_buf refused;

static inline void on_refused(int sig)
{
	siglongjmp(refused, sig);
}

static inline int catch_refusals(void)
{
	struct sigaction action = { .sa_handler = on_refused };

	return sigaction(SIGBUS, &action, NULL) ?: sigaction(SIGSEGV, &action, NULL);
}

static inline int try_read(const void *va)
{
	int sig = sigsetjmp(refused, 1);

	if (!sig)
		bar_read(va);
	return sig;
}

static inline int try_write(void *va, __u64 value)
{
	int sig = sigsetjmp(refused, 1);

	if (!sig)
		bar_write(va, value);
	return sig;
}

#endif /* _PFNMAP_ACCESS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames that are poisoned, by hwpoison-inject, and the signals that tell of it.
 */
#ifndef _LIB_POISON_H
#define _LIB_POISON_H

#include <stdbool.h>
#include <linux/types.h>

#include "access.h"

/* Says what this kernel lacks, or returns NULL. */
const char *lacks_poison(void);

/* Poisons a frame. A process that maps it counts as having touched it, and gets a signal. */
bool poison_frame(__u64 pfn);

/* Signals since one of the next two calls, which return 0 or -1. */
extern int signals;

/* A signal is noted, and what it has interrupted goes on. */
int note_signals(void);

/* An access that gets one is refused, as after catch_refusals(). */
int catch_signals(void);

/* Whether the last signal was a SIGBUS with this code, for the @size bytes from @va on. */
bool last_was_for(int code, const void *va, __u64 size);

/* The same, for the page of @va alone. */
bool last_was(int code, const void *va);

#endif /* _LIB_POISON_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says has happened to frames and to exclusive pages: counters of /proc/vmstat, and
 * the tracepoints of "pfnmap", where tracefs is mounted at /sys/kernel/tracing. TRACING in the
 * environment says that it has to be.
 *
 * Functions end the test if they find something wrong.
 */
#ifndef _LIB_EVENTS_H
#define _LIB_EVENTS_H

#include <stdbool.h>
#include <linux/types.h>

enum counter {
	FAULT_PTE,	/* those of each level, as enum pfnmap_level has them */
	FAULT_PMD,
	FAULT_PUD,
	SPLIT,
	SPLIT_FAILED,
	POISON,
	MAKE,
	RESTORE,
	REMAKE,
	COUNTERS,
};

#define EVENTS	600	/* traced, at most */

struct event {
	char name[32];
	char mm[32];
	__u64 address;
	char level[8];
	__u64 pfn;
	char result[16];
};

extern struct events {
	bool traced;			/* the kernel has tracing */
	long counted[COUNTERS];		/* by how much each has risen */
	int count;			/* of the events that were traced */
	struct event event[EVENTS];
} events;

/* Between these two is what is to be counted and traced. */
void events_start(void);
void events_end(void);

/* Event @i, if there is tracing, is @name, of @result, for an entry of @level. */
void check_event(int i, const char *name, const void *va, int level, __u64 pfn, const char *result);

/* How many events there are of @name and @result; check_events() wants @count, if there is tracing. */
int count_events(const char *name, const char *result);
void check_events(const char *name, const char *result, int count);

/* So many events of all kinds, if there is tracing. */
void check_all_events(int count);

/* A counter has risen by @count; check_no_more() says that no other one has. */
void check_counter(enum counter counter, long count);
void check_no_more(void);

#endif /* _LIB_EVENTS_H */

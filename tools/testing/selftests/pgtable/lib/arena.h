/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An arena of addresses where a BAR is mapped at random: the model of it, what the BAR holds, and
 * checks that the kernel does what the model says.
 */
#ifndef _LIB_ARENA_H
#define _LIB_ARENA_H

#include "kselftest.h"
#include "model.h"
#include "source.h"

#define KEPT	12	/* pages, at most */

extern struct arena {
	struct pfnmap_source source;
	int follow;		/* the test device */
	bool lookups;		/* it can look these vmas up */
	bool holes;		/* no fault brings back what was zapped */
	char *va;
	__u64 size;
	__u64 bar;		/* bytes of the BAR that are mapped, from its start on */
	__u64 block;		/* bytes of the largest entry */
	unsigned int births;
	struct model model;
} arena;

/* What was wrong first, in this process or a child; empty at first. */
extern char *trouble;

/* Returns 0 or -errno. */
int arena_init(void);

/* Notes that something is wrong. */
void __printf(1, 2) wrong(const char *format, ...);

/*
 * Each page has one word that differs from all other pages: its place in the page, and its value.
 */
__u64 place_of(__u64 offset);
__u64 content_of(__u64 offset);

/* Reads a page, and may write it, which it either can or not. */
void check_page(__u64 at, bool write);

/* The pages before and after a border, which may be one of the arena. */
void check_border(__u64 at, bool write);

/* Every border, and a page in each PMD. */
void check_arena(void);

/* Reads a page that must not cost a fault when it is read again. */
void keep_nothing(void);
void keep_page(__u64 at);

/*
 * Reads what was kept. What was in [@from, @from + @size) is at @to now; with @whole, entries of the
 * same size map it.
 */
void check_kept(__u64 from, __u64 size, __u64 to, bool whole);

#endif /* _LIB_ARENA_H */

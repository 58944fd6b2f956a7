/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that a device takes pages of, and what each page holds.
 */
#ifndef _LIB_MEMORY_H
#define _LIB_MEMORY_H

#include <stdbool.h>
#include <sys/types.h>
#include <linux/types.h>

#include "level.h"

/*
 * @size bytes of private memory in small pages, not populated, at an address where a page table
 * starts. It has a vma of its own: what is next to it is inaccessible.
 */
void *map_small(__u64 size);

/* Populates @va with a large folio that a PMD maps; whether there was one. */
bool make_large(int fd, char *va);

/* A large folio at an address of its own, or MAP_FAILED. */
char *map_large(int fd);

/* Replaces what is at @va by shared memory, not populated. */
void *map_shared(void *va, __u64 size);

/* Says that this kernel has no large folios, or returns NULL. */
const char *lacks_large_folios(void);

/* Contents */

static inline char *page_at(const void *va, long page)
{
	return (char *)va + page * (long)PAGE_SIZE;
}

/* The counter of page @i before it is added to. */
static inline __u64 counter_of(__u64 i)
{
	return word(i) / 3;
}

/* Writes the counter of page @i, and two words that do not change. */
void fill_page(char *page, __u64 i);
void fill_pages(char *va, int pages);

/* Whether the page is as filled, with @added to its counter. Gives it back to the CPU. */
bool page_holds(const char *page, __u64 i, __u64 added);

/* Counts pages that do not hold what they should: with ADD in each, or with nothing added. */
int wrong_pages(const char *va, int pages, __u64 filled, bool added);

/* Puts pages on their LRU lists; those on their way there have one more reference. */
void drain(void);

/* Anonymous memory on the LRU lists of all processes, kB. */
long anon_kb(void);

#endif /* _LIB_MEMORY_H */

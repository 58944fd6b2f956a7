/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A BAR, real or of the test device, mapped by entries of one level, and a second view of it by
 * pages to compare with. Each test has one such mapping.
 *
 * A check that fails ends the test.
 */
#ifndef _LIB_MAPPING_H
#define _LIB_MAPPING_H

#include "lookup.h"
#include "source.h"

#define BLOCKS		4	/* that the mapping has, where the BAR has as many */
#define WORDS		3	/* of a block that the tests read and write */
#define SPOTS		3

extern struct mapping {
	struct pfnmap_source source;
	enum pfnmap_level level;	/* that the BAR is mapped at */
	__u64 block;			/* bytes of one entry */
	__u64 size;			/* bytes mapped */
	char *va;			/* nothing is touched yet */
	char *truth;			/* the same bytes by pages, each word() written */
	__u64 cache;			/* mode of the pages of @truth */
	int follow;			/* the test device */
} map;

/*
 * Opens a source and the test device, and maps the first BLOCKS blocks of @level. Returns NULL or
 * why the test is to be skipped.
 */
const char *mapping_open(const struct pfnmap_kind *kind, enum pfnmap_level level);
void mapping_close(void);

/* Blocks in the middle and at the end of the mapping. */
#define MIDDLE	(map.block)
#define LAST	(map.size - map.block)
#define NONE	(~0ULL)

#define for_each_block(at)	for (at = 0; at < map.size; at += map.block)

/* Where in a block word number @i is. */
__u64 word_at(int i);

/* One read in each block. */
void touch_blocks(const char *va);

/* All words of the block at @va, which is at @offset of the BAR. */
void read_block(const char *va, __u64 offset);
void write_block(char *va, __u64 offset);

/* After these neither reads nor writes of the blocks have a fault left to take. */
void map_blocks_but(__u64 but);
void map_blocks(void);

/* Maps all blocks by one fault each. */
void map_all(void);

/* @va, in an entry of @level, is at @offset of the BAR. */
void check_entry(const char *va, enum pfnmap_level level, __u64 offset, bool writable);

/* No entry maps @va. */
void check_nothing(const char *va);

/* The block at @at is as map_blocks() made it, and costs no fault. */
void check_block(__u64 at);
void check_blocks_but(__u64 but);
void check_blocks(void);

/* The same where the test device may not be able to look entries up: in a vma of VM_MIXEDMAP. */
void check_all(void);
bool is_mixedmap(void);

/* Why get_user_pages() fails: by a flag of the vma, or by a special entry. */
long no_page(void);

/* A page at the start, across two blocks with the next one, and at the end of the mapping. */
char *spot(int i);

/* One page of ordinary memory, which ends where the mapping begins. */
char *memory_before(void);

#endif /* _LIB_MAPPING_H */

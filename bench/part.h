/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call for a part in the middle of a block: what the call takes, what it takes until every page
 * can be used again, and the faults on the way.
 */
#ifndef _PART_H
#define _PART_H

#include "bench.h"

#define PARTS	15	/* a round is their median: the timer interrupts some */

static __u64 part_block;	/* bytes of the entry that is cut */

struct part {
	char *va;	/* of the block */
	char *at;	/* the part */
	char *now;	/* where it is after the call, or NULL */
	__u64 size;	/* of the part, bytes */
};

static inline void read_words(const struct part *part, char *from, __u64 size, __u64 step)
{
	char *at;

	for (at = from; at < from + size; at += step)
		if (at < part->at || at >= part->at + part->size)
			bar_read(at);
}

/* A word in each 512th of the block, in each page beside a smaller part, and in the part. */
static inline void read_all(const struct part *part)
{
	__u64 step = part_block / 512;

	read_words(part, part->va, part_block, step);
	if (part->size < step)
		read_words(part, part->at, step, part->size);
	if (part->now)
		bar_read(part->now);
}

/*
 * Maps a new block, calls, reads all. Returns the call's tenths, the median of PARTS; more[0] is the
 * call with the reads, and more[1] their faults.
 */
static inline __u64 part_median(__u64 size, void (*map_block)(struct part *),
				__u64 (*call)(struct part *), void (*unmap_block)(struct part *))
{
	__u64 took[PARTS], with_reads[PARTS], faults[PARTS], start;
	int i;

	for (i = 0; i < PARTS; i++) {
		struct part part = { .size = size };

		map_block(&part);
		part.at = part.va + part_block / 2;
		faults[i] = pfnmap_faults();
		took[i] = call(&part);
		start = now();
		read_all(&part);
		with_reads[i] = took[i] + now() - start;
		faults[i] = pfnmap_faults() - faults[i];
		unmap_block(&part);
	}
	qsort(took, PARTS, sizeof(took[0]), by_value);
	qsort(with_reads, PARTS, sizeof(took[0]), by_value);
	qsort(faults, PARTS, sizeof(took[0]), by_value);
	more[0] = with_reads[PARTS / 2] * 10;
	more[1] = faults[PARTS / 2] * 10;
	return took[PARTS / 2] * 10;
}

#endif /* _PART_H */

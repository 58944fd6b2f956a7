/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ways to cut a part, which no thread touches, out of the block of a split race.
 */
#ifndef _PFNMAP_SPLIT_CUT_H
#define _PFNMAP_SPLIT_CUT_H

#include "kselftest.h"
#include "pfnmap_split_race.h"

#define CUTS	3	/* of a block, at most: for more there is not always room */

static char *aside;	/* where to move what is cut out */

/* Never touched: pages between them, and in a large block the blocks between theirs. */
struct victim {
	__u64 at, size;
};

static inline struct victim pick_victim(void)
{
	const __u64 parts[] = { 0, 1, 255, 511, 2, 256 }, pages[] = { 2, 254, 256, 510 };
	__u64 part = block == PFNMAP_1G ? parts[race_pick(6)] * PFNMAP_2M : 0;

	if (block == PFNMAP_1G && !race_pick(3)) {
		part = (2 + race_pick(250)) * PFNMAP_2M;
		/* Now and then over a border. */
		return (struct victim) { part + race_pick(2) * PFNMAP_4K, PFNMAP_2M };
	}
	if (!race_pick(4))
		return (struct victim) { part + 2 * PFNMAP_4K, 253 * PFNMAP_4K };
	return (struct victim) { part + pages[race_pick(4)] * PFNMAP_4K, PFNMAP_4K };
}

static inline void protect_cut(char *va, struct victim v, int prot)
{
	__u64 value = 0;

	fail_on(mprotect(va + v.at, v.size, prot), "mprotect() failed");
	if (race_access(va + v.at, true, &value) != race_refusal(SIGSEGV, SEGV_ACCERR))
		race_fail("a write worked where mprotect() forbids it", v.at);
	if (!prot && race_access(va + v.at, false, &value) != race_refusal(SIGSEGV, SEGV_ACCERR))
		race_fail("a read worked where mprotect() forbids it", v.at);
	fail_on(mprotect(va + v.at, v.size, RW), "mprotect() failed");
}

static inline void read_only_cut(char *va, struct victim v)
{
	protect_cut(va, v, PROT_READ);
}

static inline void no_access_cut(char *va, struct victim v)
{
	protect_cut(va, v, PROT_NONE);
}

static inline void unmap_cut(char *va, struct victim v)
{
	__u64 value;

	fail_on(munmap(va + v.at, v.size), "munmap() failed");
	if (race_access(va + v.at, false, &value) != race_refusal(SIGSEGV, SEGV_MAPERR))
		race_fail("a read worked where nothing is", v.at);
}

static inline void advise_cut(char *va, struct victim v)
{
	const int advices[] = { MADV_DONTFORK, MADV_RANDOM, MADV_NOHUGEPAGE };

	fail_on(madvise(va + v.at, v.size, advices[race_pick(3)]), "madvise() failed");
}

/* Also by an offset that is not one of blocks. */
static inline void move_cut(char *va, struct victim v)
{
	char *to = aside + v.at % PFNMAP_2M + race_pick(2) * PFNMAP_4K;
	const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;

	fail_on(mremap(va + v.at, v.size, v.size, flags, to) != to, "mremap() failed");
	fail_on(munmap(to, v.size), "munmap() failed");
}

static inline void map_cut(char *va, struct victim v)
{
	fail_on(source_map_at(&source, va + v.at, PROT_READ, 0, v.size) != va + v.at,
		"mmap() failed");
}

static inline void zap_cut(char *va, struct victim v)
{
	fail_on(device_zap_range(&source, v.at, v.size), "zap failed");
}

/* Only the last one leaves the vma whole, and not every kind of BAR has it. */
static void (*const cuts[])(char *va, struct victim v) = {
	read_only_cut, no_access_cut, unmap_cut, advise_cut, move_cut, map_cut, zap_cut,
};

/* What was cut out of the block by now. */
struct cuts {
	int count;
	struct victim of[CUTS];
};

static inline bool is_cut(const struct cuts *c, struct victim v)
{
	int i;

	for (i = 0; i < c->count; i++)
		if (v.at < c->of[i].at + c->of[i].size && c->of[i].at < v.at + v.size)
			return true;
	return false;
}

static inline void cut_once(char *va, struct cuts *c, bool zap)
{
	const int last = ARRAY_SIZE(cuts) - 1;
	struct victim v;

	do {
		v = pick_victim();
	} while (is_cut(c, v));
	c->of[c->count++] = v;
	cuts[zap ? last : (int)race_pick(last + can_zap_range(&source))](va, v);
}

#endif /* _PFNMAP_SPLIT_CUT_H */

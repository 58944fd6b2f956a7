/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of the huge_pfnmap_split tests: a BAR to be mapped by entries of one level, and the
 * parts of a mapping that are treated otherwise than the rest.
 */
#ifndef _HUGE_PFNMAP_SPLIT_H
#define _HUGE_PFNMAP_SPLIT_H

#include <sys/mman.h>

#include "pfnmap_harness.h"
#include "pfnmap_access.h"
#include "pfnmap_prefilled.h"

#define RW	(PROT_READ | PROT_WRITE)

/*
 * Each mapping lies in an arena of its own: within the first two GiB, what is moved behind them.
 * The program is in the same 512 GiB, so that no arena has tables above those of PMDs.
 */
#define ARENAS		((char *)(64 * PFNMAP_1G))
#define ARENA_SIZE	(8 * PFNMAP_1G)
#define SPAN		(2 * PFNMAP_1G)
#define MOVED_TO	(4 * PFNMAP_1G)

/* Bytes of an arena, from start up to end. */
struct range {
	__u64 start;
	__u64 end;
};

static inline bool within(struct range range, __u64 at)
{
	return range.start <= at && at < range.end;
}

static inline __u64 round_down_to(__u64 at, __u64 size)
{
	return at & ~(size - 1);
}

/* The parts */

#define MIB(n)		((n) * (PFNMAP_2M / 2))
#define KIB(n)		((n) * (PFNMAP_4K / 4))
#define GIB		PFNMAP_1G

struct grain {
	const char *name;
	struct range part;
	bool chosen;	/* also where time is short: for fork(), and where nothing is split */
};

static const struct grain grains[] = {
	{ "first page of a block", { GIB, GIB + KIB(4) } },
	{ "middle page of a block", { GIB + MIB(513), GIB + MIB(513) + KIB(4) }, .chosen = true },
	{ "last page of a block", { GIB - KIB(4), GIB } },
	{ "start of the mapping", { 0, MIB(2) + KIB(4) } },
	{ "aligned 2 MiB", { MIB(512), MIB(514) } },
	{ "unaligned 5 MiB", { MIB(256) + KIB(12), MIB(261) + KIB(32) }, .chosen = true },
	{ "across 2 MiB", { MIB(300) - KIB(4), MIB(300) + KIB(4) } },
	{ "across 1 GiB by pages", { GIB - KIB(8), GIB + KIB(4) }, .chosen = true },
	{ "across 1 GiB by 2 MiB", { GIB - MIB(2), GIB + MIB(2) } },
	{ "half a GiB", { MIB(512), GIB } },
	/* Its end is that of the block, at each level. */
	{ "all of a block", { GIB, GIB }, .chosen = true },
};

#define GRAINS	ARRAY_SIZE(grains)
#define ALL_OF_A_BLOCK	(&grains[GRAINS - 1])

/* The sources */

/* Opened once for all tests: a reset of the device takes longer than one of them. */
static struct pfnmap_source vfio_shared;
static int vfio_error;

static __attribute__((constructor)) void vfio_open_shared(void)
{
	vfio_error = vfio_open(&vfio_shared, PFNMAP_MAX_LEVEL);
}

static inline int vfio_share(struct pfnmap_source *source, enum pfnmap_level level)
{
	*source = vfio_shared;
	source->top = pfnmap_arrives(level);
	return vfio_error;
}

static const struct pfnmap_kind split_vfio = {
	.open = vfio_share,
	.zap = vfio_zap,
	.none = "BAR_BDF names no device",
};

FIXTURE(split)
{
	struct pfnmap_source source;
	enum pfnmap_level level;	/* that the BAR is mapped at */
	__u64 skew;			/* of addresses against the BAR: no larger block fits */
	bool filled;			/* by mmap() */
	bool looks;			/* the test device can look at the entries */
	int follow;			/* the test device */
	long kb;			/* of page tables before anything was mapped */
};

FIXTURE_VARIANT(split)
{
	const struct pfnmap_kind *kind;
	enum pfnmap_level level;
};

/* Of entries of pages, which are never split, two kinds are enough. */
#ifndef ONLY_TEST_DEVICE
FIXTURE_VARIANT_ADD(split, vfio_pte) { .kind = &split_vfio, .level = PFNMAP_PTE };
FIXTURE_VARIANT_ADD(split, vfio_pmd) { .kind = &split_vfio, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(split, vfio_pud) { .kind = &split_vfio, .level = PFNMAP_PUD };
#endif
FIXTURE_VARIANT_ADD(split, device_pmd) { .kind = &device_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(split, device_pud) { .kind = &device_kind, .level = PFNMAP_PUD };
FIXTURE_VARIANT_ADD(split, mixedmap_pmd) { .kind = &mixedmap_kind, .level = PFNMAP_PMD };
FIXTURE_VARIANT_ADD(split, mixedmap_pud) { .kind = &mixedmap_kind, .level = PFNMAP_PUD };
FIXTURE_VARIANT_ADD(split, prefilled_pte) { .kind = &prefilled_kind, .level = PFNMAP_PTE };

#define split_t	FIXTURE_DATA(split)

/* Bytes of page tables of this process, in kB. */
static inline long table_kb(void)
{
	static char text[8192];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, text, sizeof(text) - 1);
	const char *line;

	close(fd);
	text[size < 0 ? 0 : size] = 0;
	line = strstr(text, "VmPTE:");
	return line ? atol(line + strlen("VmPTE:")) : -1;
}

FIXTURE_SETUP(split)
{
	const struct pfnmap_kind *kind = variant->kind;
	int ret = kind->open(&self->source, variant->level);

	if (ret == -ENODEV)
		SKIP(return, "%s", kind->none);
	ASSERT_EQ(0, ret);
	self->source.kind = kind;
	ASSERT_EQ(0, self->source.phys % PFNMAP_1G);
	ASSERT_LE(SPAN, self->source.size);
	self->follow = pfnmap_follow_open();
	ASSERT_LE(0, self->follow);
	ASSERT_EQ(0, catch_refusals());
	self->level = pfnmap_arrives(variant->level);
	self->skew = variant->level == PFNMAP_PUD ? 0 : pfnmap_size(variant->level);
	self->filled = kind == &prefilled_kind;
	self->looks = kind != &mixedmap_kind;
	/* The harness forks: pages of its own that a test writes first would count as faults. */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	self->kb = table_kb();
}

FIXTURE_TEARDOWN(split)
{
	close(self->source.file);
}

#endif /* _HUGE_PFNMAP_SPLIT_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * A driver unmaps one page of each block of a process at the limit of its cgroup: what cannot be
 * split is dropped and faults back, and the limit holds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/harness.h"
#include "lib/source.h"

#define ROOT	"/tmp/cgroup"
#define GROUP	ROOT "/memcg_nomem"
#define BLOCKS	256	/* mapped, in several mappings of the BAR where it is too small */
#define SPARE	16	/* pages left below memory.max */
#define STOCK	128	/* pages that two CPUs may charge in advance */

static int cg_write(const char *file, const char *format, long value)
{
	FILE *f = fopen(file, "w");

	if (!f)
		return -errno;
	fprintf(f, format, value);
	return fclose(f) ? -errno : 0;
}

static long cg_read(const char *file)
{
	FILE *f = fopen(file, "r");
	long value = -1;

	if (f && fscanf(f, "%ld", &value) != 1)
		value = -1;
	if (f)
		fclose(f);
	return value;
}

FIXTURE(memcg)
{
	struct pfnmap_source source;
	char *va[BLOCKS];	/* of each block */
	int alike;		/* blocks of the BAR, which the next mapping starts with again */
};

FIXTURE_SETUP(memcg)
{
	int ret = source_open(&self->source, &device_kind, PFNMAP_PMD), i;
	char *va = NULL;

	if (ret == -ENODEV)
		SKIP(return, "%s", device_kind.none);
	ASSERT_EQ(0, ret);
	mkdir(ROOT, 0700);
	if (mount("cgroup", ROOT, "cgroup2", 0, NULL) && errno != EBUSY)
		SKIP(return, "no cgroup2 in this kernel: it needs CONFIG_MEMCG");
	if (cg_write(ROOT "/cgroup.subtree_control", "+memory", 0))
		SKIP(return, "no memory controller: the kernel needs CONFIG_MEMCG");
	ASSERT_TRUE(!mkdir(GROUP, 0700) || errno == EEXIST);
	ASSERT_EQ(0, cg_write(GROUP "/cgroup.procs", "%ld", getpid()));
	self->alike = self->source.size / PMD_SIZE < BLOCKS ? self->source.size / PMD_SIZE : BLOCKS;
	for (i = 0; i < BLOCKS; i++) {
		if (i % self->alike == 0)
			va = source_map(&self->source, PFNMAP_PMD, RW, 0, self->alike * PMD_SIZE);
		ASSERT_NE(MAP_FAILED, va);
		self->va[i] = va + i % self->alike * PMD_SIZE;
		bar_write(self->va[i], word(i % self->alike));
	}
	ASSERT_EQ(0, mlockall(MCL_CURRENT | MCL_FUTURE));
}

FIXTURE_TEARDOWN(memcg)
{
	cg_write(GROUP "/memory.max", "max", 0);
	cg_write(ROOT "/cgroup.procs", "%ld", getpid());
	rmdir(GROUP);
	close(self->source.file);
}

TEST_F(memcg, split_takes_no_reserve)
{
	struct test_pfnmap_follow f;
	int limit = open(GROUP "/memory.max", O_WRONLY);
	long max, used, dropped = 0;
	int i;

	ASSERT_LE(0, limit);
	max = cg_read(GROUP "/memory.current") + SPARE * PAGE_SIZE;
	ASSERT_EQ(0, cg_write(GROUP "/memory.max", "%ld", max));
	max = cg_read(GROUP "/memory.max");
	for (i = 0; i < self->alike; i++)
		device_zap_range(&self->source, i * PMD_SIZE + PAGE_SIZE, PAGE_SIZE);
	/* Before anything that must have memory. What the tables took stays charged. */
	ASSERT_EQ(3, write(limit, "max", 3));
	close(limit);
	used = cg_read(GROUP "/memory.current");
	for (i = 0; i < BLOCKS; i++)
		dropped += pfnmap_follow(self->source.file, self->va[i], 1, &f) != 0;
	TH_LOG("%ld of %d blocks dropped; %ld bytes of %ld used", dropped, BLOCKS, used, max);
	EXPECT_LE(used, max + STOCK * (long)PAGE_SIZE);
	EXPECT_LE(BLOCKS - SPARE - STOCK, dropped);
	for (i = 0; i < BLOCKS; i++)
		EXPECT_EQ(word(i % self->alike), bar_read(self->va[i]));
}

TEST_HARNESS_MAIN

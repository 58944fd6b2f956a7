// SPDX-License-Identifier: GPL-2.0
/*
 * PROT_NONE of a BAR. An x86 CPU with L1TF may read what an entry that is not present names: only
 * CAP_SYS_ADMIN makes one that names a frame in the upper half of the physical addresses.
 *
 * dev/test boots such a CPU with a BAR that is there, and says so (L1TF=y). Elsewhere all is allowed;
 * on other CPUs with L1TF the limit may be higher than /proc/cpuinfo says, and nothing is tested.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/kinds.h"
#include "lib/mapping.h"
#include "lib/proc.h"

static bool l1tf;	/* what a frame of the BAR allows depends on the limit */
static bool forbidden;	/* to those without the capability */

FIXTURE(none)
{
};

VARIANT_OF_KIND(none);
ALL_VARIANTS(none, vfio);

/* The limit is half of what the cache knows. */
static bool over_limit(__u64 phys)
{
	return phys >> (number_after(proc_text, "address sizes\t: ") - 1);
}

FIXTURE_SETUP(none)
{
	const char *why_not = mapping_open(variant->kind, variant->level);

	if (why_not)
		SKIP(return, "%s", why_not);
	ASSERT_LT(0, proc_read("/proc/cpuinfo"));
	l1tf = strstr(proc_text, " l1tf");
	forbidden = getenv("L1TF") && l1tf && over_limit(map.source.phys);
	if (getenv("L1TF"))
		ASSERT_TRUE(forbidden);
	TH_LOG("%#llx is %s", map.source.phys, forbidden ? "forbidden" : "allowed");
	map_blocks();
}

FIXTURE_TEARDOWN(none)
{
	mapping_close();
}

static int protect_none(char *va, __u64 size)
{
	return mprotect(va, size, PROT_NONE) ? -errno : 0;
}

/* Allowed: nothing is accessible until it is protected otherwise. */
static void check_allowed(struct __test_metadata *_metadata, char *va, __u64 size)
{
	ASSERT_EQ(0, protect_none(va, size));
	EXPECT_EQ(SIGSEGV, try_read(va));
	EXPECT_EQ(SIGSEGV, try_read(va + size - 8));
	ASSERT_EQ(0, mprotect(va, size, RW));
}

/* Refused, and all is as it was. */
static void check_refused(struct __test_metadata *_metadata, char *va, __u64 size)
{
	EXPECT_EQ(-EACCES, protect_none(va, size));
	check_blocks();
}

TEST_F(none, administrator)
{
	__u64 at;

	for_each_block(at) {
		check_allowed(_metadata, map.va + at, map.block);
		read_block(map.va + at, at);
	}
	check_allowed(_metadata, map.va, map.size);
	for_each_block(at)
		read_block(map.va + at, at);
}

TEST_F(none, ordinary_user)
{
	void (*check)(struct __test_metadata *_metadata, char *va, __u64 size);
	__u64 at;

	if (l1tf && !forbidden)
		SKIP(return, "a CPU with L1TF whose limit is not known");
	check = forbidden ? check_refused : check_allowed;
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	for_each_block(at)
		check(_metadata, map.va + at, map.block);
	check(_metadata, map.va, map.size);
	for_each_block(at)
		read_block(map.va + at, at);
}

/* The first page, the last one, and one in the middle: of a block, if there is a larger one. */
TEST_F(none, page_by_an_ordinary_user)
{
	const __u64 pages[] = { 0, map.block / 2 & -PAGE_SIZE, map.block - PAGE_SIZE };
	int i;

	if (l1tf && !forbidden)
		SKIP(return, "a CPU with L1TF whose limit is not known");
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	for (i = 0; i < 3; i++) {
		if (!forbidden)
			check_allowed(_metadata, map.va + pages[i], PAGE_SIZE);
		else
			EXPECT_EQ(-EACCES, protect_none(map.va + pages[i], PAGE_SIZE));
		EXPECT_EQ(0, try_read(map.va + pages[i]));
		read_block(map.va, 0);
	}
}

TEST_HARNESS_MAIN

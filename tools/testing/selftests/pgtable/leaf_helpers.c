// SPDX-License-Identifier: GPL-2.0
/*
 * CONFIG_DEBUG_VM_PGTABLE tries the architecture's operations on entries at boot, and warns of what is
 * wrong. Here: that it has tried those on leaves. It names them if the kernel is booted with
 * dyndbg="file mm/debug_vm_pgtable.c +p", and tries some only if it finds free memory of one leaf.
 */
#define _GNU_SOURCE
#include <string.h>

#include "lib/harness.h"
#include "lib/level.h"
#include "lib/proc.h"
#include "lib/warn.h"

#define PROTECTIONS	16	/* all of VM_READ, VM_WRITE, VM_EXEC, VM_SHARED */

FIXTURE(helpers)
{
};

FIXTURE_VARIANT(helpers)
{
	enum pfnmap_level level;
	const char *basic, *leaf, *thp, *advanced;
};

#define LEVEL_VARIANT(name, at)							\
FIXTURE_VARIANT_ADD(helpers, name)						\
{										\
	.level = at,								\
	.basic = ": Validating " #name " basic (",				\
	.leaf = ": Validating " #name " leaf\n",				\
	.thp = ": Validating " #name " based THP\n",				\
	.advanced = ": Validating " #name " advanced\n",			\
}

LEVEL_VARIANT(PMD, PFNMAP_PMD);
LEVEL_VARIANT(PUD, PFNMAP_PUD);

FIXTURE_SETUP(helpers)
{
	if (proc_read("/proc/cmdline") <= 0 || !strstr(proc_text, "debug_vm_pgtable.c +p"))
		SKIP(return, "the kernel was not to name what it tries");
}

FIXTURE_TEARDOWN(helpers)
{
}

/* None of a level that has no leaves. */
TEST_F(helpers, were_tried)
{
	const int times = variant->level <= pfnmap_top();

	EXPECT_EQ(times * PROTECTIONS, kernel_has_said(variant->basic));
	EXPECT_EQ(times, kernel_has_said(variant->leaf));
	EXPECT_EQ(times, kernel_has_said(variant->thp));
	EXPECT_EQ(times, kernel_has_said(variant->advanced))
		TH_LOG("it needs free memory of a whole leaf");
}

TEST_HARNESS_MAIN

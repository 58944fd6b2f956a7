// SPDX-License-Identifier: GPL-2.0
/*
 * CONFIG_DEBUG_VM_PGTABLE tries the architecture's operations on entries at boot, and warns of what
 * is wrong. Here: that it has tried those on leaves. It names them if the kernel is booted with
 * dyndbg="file mm/debug_vm_pgtable.c +p". It tries some only if it finds free memory of one leaf.
 */
#define _GNU_SOURCE
#include <stdio.h>
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
	const char *name;
};

FIXTURE_VARIANT_ADD(helpers, pmd)
{
	.level = PFNMAP_PMD,
	.name = "PMD",
};

FIXTURE_VARIANT_ADD(helpers, pud)
{
	.level = PFNMAP_PUD,
	.name = "PUD",
};

FIXTURE_SETUP(helpers)
{
	if (proc_read("/proc/cmdline") <= 0 || !strstr(proc_text, "debug_vm_pgtable.c +p"))
		SKIP(return, "the kernel was not to name what it tries");
}

FIXTURE_TEARDOWN(helpers)
{
}

static int times_tried(const char *level, const char *what)
{
	char text[64];

	snprintf(text, sizeof(text), "]: Validating %s %s", level, what);
	return kernel_has_said(text);
}

/* Nothing is tried of a level that has no leaves. */
TEST_F(helpers, were_tried)
{
	const int times = variant->level <= pfnmap_top();

	EXPECT_EQ(times * PROTECTIONS, times_tried(variant->name, "basic ("));
	EXPECT_EQ(times, times_tried(variant->name, "leaf\n"));
	EXPECT_EQ(times, times_tried(variant->name, "based THP\n"));
	EXPECT_EQ(times, times_tried(variant->name, "advanced\n"))
		TH_LOG("it needs free memory of a whole leaf");
}

TEST_HARNESS_MAIN

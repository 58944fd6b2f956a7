/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of tests of a part of a mapping, for programs: see cut.h.
 */
#ifndef _LIB_SPLIT_H
#define _LIB_SPLIT_H

#include "cut.h"
#include "kinds.h"

/* In the place of TEST_HARNESS_MAIN. */
#define SPLIT_HARNESS_MAIN							\
	int main(int argc, char **argv)						\
	{									\
		split_begin(argc, argv);					\
		return test_harness_run(argc, argv);				\
	}

FIXTURE(split)
{
};

VARIANT_OF_KIND(split);
/* Of entries of pages, which are never split, two kinds are enough. */
KIND_VARIANT(split, device, pmd, PFNMAP_PMD);
KIND_VARIANT(split, device, pud, PFNMAP_PUD);
KIND_VARIANT(split, mixedmap, pmd, PFNMAP_PMD);
KIND_VARIANT(split, mixedmap, pud, PFNMAP_PUD);
KIND_VARIANT(split, prefilled, pte, PFNMAP_PTE);

FIXTURE_SETUP(split)
{
	const char *why_not = split_open(variant->kind, variant->level);

	if (why_not)
		SKIP(return, "%s", why_not);
}

FIXTURE_TEARDOWN(split)
{
	split_close();
}

#endif /* _LIB_SPLIT_H */

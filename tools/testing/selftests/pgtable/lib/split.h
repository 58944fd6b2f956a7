/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of tests of a part of a mapping, for programs: see cut.h.
 */
#ifndef _LIB_SPLIT_H
#define _LIB_SPLIT_H

#include "cut.h"
#include "kinds.h"

FIXTURE(split)
{
};

VARIANT_OF_KIND(split);
/* Of entries of pages, which are never split, two kinds are enough. */
PMD_VARIANT(split, device);
PUD_VARIANT(split, device);
PMD_VARIANT(split, mixedmap);
PUD_VARIANT(split, mixedmap);
PTE_VARIANT(split, prefilled);

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

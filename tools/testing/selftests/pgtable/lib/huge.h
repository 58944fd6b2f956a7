/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fixture of tests of a mapping of blocks, for programs: see mapping.h.
 */
#ifndef _LIB_HUGE_H
#define _LIB_HUGE_H

#include "kinds.h"
#include "mapping.h"

#define NUMA	"/sys/devices/system/node/node0", "CONFIG_NUMA"

FIXTURE(huge)
{
};

VARIANT_OF_KIND(huge);
ALL_VARIANTS(huge, vfio);
ALL_VARIANTS(huge, device);

FIXTURE_SETUP(huge)
{
	const char *why_not = mapping_open(variant->kind, variant->level);

	if (why_not)
		SKIP(return, "%s", why_not);
}

FIXTURE_TEARDOWN(huge)
{
	mapping_close();
}

#endif /* _LIB_HUGE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The harness of kselftest with a timeout for emulated and busy machines.
 *
 * It defines main(): only programs include it, the library does not.
 */
#ifndef _LIB_HARNESS_H
#define _LIB_HARNESS_H

#include <stdbool.h>
#include <unistd.h>

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300	/* seconds */

#define NUMA	"/sys/devices/system/node/node0", "CONFIG_NUMA"

/* Reports a skipped test and returns false if there is no @path. */
static inline bool need(struct __test_metadata *_metadata, const char *path, const char *what)
{
	if (access(path, F_OK))
		SKIP(return false, "this kernel has no %s", what);
	return true;
}

#endif /* _LIB_HARNESS_H */

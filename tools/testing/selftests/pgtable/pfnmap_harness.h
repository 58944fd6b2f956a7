/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The harness of kselftest, with the patience that an emulated and busy machine asks for.
 */
#ifndef _PFNMAP_HARNESS_H
#define _PFNMAP_HARNESS_H

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300	/* seconds */

#endif /* _PFNMAP_HARNESS_H */

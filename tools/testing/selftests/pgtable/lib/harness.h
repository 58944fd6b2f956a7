/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The harness of kselftest with a timeout for emulated and busy machines.
 *
 * It defines main(): only programs include it, the library does not.
 */
#ifndef _LIB_HARNESS_H
#define _LIB_HARNESS_H

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300	/* seconds */

#endif /* _LIB_HARNESS_H */

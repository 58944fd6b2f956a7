/* SPDX-License-Identifier: GPL-2.0 */
#include "lib/fail.h"
#include "lib/proc.h"

#define fail_set	proc_write

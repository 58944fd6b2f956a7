/* SPDX-License-Identifier: GPL-2.0 */
#include "lib/harness.h"

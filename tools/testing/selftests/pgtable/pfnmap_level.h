/* SPDX-License-Identifier: GPL-2.0 */
/* Includers have a word() of their own so far. */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#define word	level_word
#include "lib/level.h"
#undef word
#include "lib/lookup.h"

// SPDX-License-Identifier: GPL-2.0
/*
 * What a test needs of the kernel.
 */
#include <stdio.h>
#include <unistd.h>

#include "need.h"

const char *lacks(const char *path, const char *what)
{
	static char text[128];

	if (!access(path, F_OK))
		return NULL;
	snprintf(text, sizeof(text), "this kernel has no %s", what);
	return text;
}

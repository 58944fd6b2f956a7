// SPDX-License-Identifier: GPL-2.0
/*
 * What a test needs of the kernel and of the machine.
 */
#include <stdio.h>
#include <stdlib.h>
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

const char *lacks_two_cpus(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) < 2 ? "a race needs two CPUs" : NULL;
}

const char *lacks_bar(void)
{
	return getenv("BAR_BDF") ? NULL : NO_BAR;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers for people. What a function returns is good until the fourth call after it.
 */
#ifndef _PFNMAP_PRINT_H
#define _PFNMAP_PRINT_H

#include <stdio.h>
#include <linux/types.h>

static inline const char *grouped(__u64 number)
{
	static char text[4][32];
	static int next;
	char *at = text[next++ % 4] + 31;
	int digits = 0;

	*at = 0;
	do {
		if (digits && digits % 3 == 0)
			*--at = ',';
		*--at = '0' + number % 10;
		digits++;
	} while (number /= 10);
	return at;
}

static inline const char *bytes(__u64 number)
{
	static const char unit[] = "KMGT";
	static char text[4][32];
	static int next;
	char *at = text[next++ % 4];
	int i = 0;

	for (number >>= 10; number >= 1024 && number % 1024 == 0; number >>= 10)
		i++;
	snprintf(at, 32, "%s %ciB", grouped(number), unit[i]);
	return at;
}

#endif /* _PFNMAP_PRINT_H */

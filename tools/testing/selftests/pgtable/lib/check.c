// SPDX-License-Identifier: GPL-2.0
/*
 * Checks for the library: they print what is wrong and end the test that fails.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

/* The harness takes abort() for a failed assertion. */
static void __noreturn end_test(const char *format, va_list args)
{
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	abort();
}

void check_failed(const char *file, int line, const char *what, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "# %s:%d: Expected %s: ", file, line, what);
	va_start(args, format);
	end_test(format, args);
}

void check_unequal(const char *file, int line, const char *what, long long expected, long long seen,
		   const char *format, ...)
{
	va_list args;

	fprintf(stderr, "# %s:%d: Expected %#llx == %s (%#llx): ", file, line, expected, what,
		seen);
	va_start(args, format);
	end_test(format, args);
}

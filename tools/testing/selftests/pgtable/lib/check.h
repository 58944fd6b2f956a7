/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks for the library, which has no harness: they end the test that fails, by abort(). Unlike
 * after ASSERT_*(), no FIXTURE_TEARDOWN() runs; the kernel closes files and unmaps memory, and the
 * rest stays as the test has left it.
 */
#ifndef _LIB_CHECK_H
#define _LIB_CHECK_H

#include <linux/types.h>

#include "kselftest.h"

/* Each one takes a format and its arguments, which say where it failed. */
#define CHECK(what, ...) do {							\
	if (!(what))								\
		check_failed(__FILE__, __LINE__, #what, __VA_ARGS__);		\
} while (0)

#define CHECK_EQ(expected, seen, ...) do {					\
	const long long _expected = (expected), _seen = (seen);			\
										\
	if (_expected != _seen)							\
		check_unequal(__FILE__, __LINE__, #seen, _expected, _seen,	\
			      __VA_ARGS__);					\
} while (0)

void __noreturn __printf(4, 5)
check_failed(const char *file, int line, const char *what, const char *format, ...);

void __noreturn __printf(6, 7)
check_unequal(const char *file, int line, const char *what, long long expected, long long seen,
	      const char *format, ...);

#endif /* _LIB_CHECK_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/test_device_exclusive: a device that takes pages of its caller, adds to a word of each, and
 * gives them back; and that tells what a page table entry says.
 *
 * Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _LIB_EXCLUSIVE_H
#define _LIB_EXCLUSIVE_H

#include <pthread.h>
#include <stdbool.h>
#include <linux/types.h>

#include <lib/test_device_exclusive_uapi.h>

#define COUNTER		72		/* the word of a page that the device adds to, in bytes */
#define ADD		0x123456789ULL	/* what it adds */

/* Opens the device; returns its descriptor or -errno. */
int exclusive_open(void);

/* The calls of the device. */
int exclusive_make(int fd, struct test_exclusive_make *make);
int exclusive_look(int fd, const void *va, struct test_exclusive_look *out);
int exclusive_collect(int fd, const void *va, __u64 count, struct test_exclusive_collect *out);

/*
 * Takes pages and adds ADD to the counter of each. @results gets 0 or -errno for each page. Returns
 * how many were taken, or -errno.
 */
int take_pages(int fd, const void *va, __u32 count, __u32 how, __s32 *results);

/* The same for one page; returns its result. */
int take_page(int fd, const void *va, __u32 how);

/* The entry of @va; of kind -1 if that is nowhere. */
struct test_exclusive_look look_at(int fd, const void *va);

bool is_exclusive(int fd, const void *va);
bool is_locked(int fd, const void *va);
int count_kind(int fd, const char *va, int pages, __u32 kind);

/* Whether Rust serves device-exclusive entries in this kernel. */
bool is_rust(int fd);

/* A thread in which the device holds pages locked for a while. */
#define HOLD_US		500000	/* at first */

/* How long a device holds what hold_start() has it take, microseconds. */
extern __u32 hold_us;

struct hold {
	int fd;
	struct test_exclusive_make make;
	int ret;
	__u64 until;	/* the device does not let go before, by race_now() */
	pthread_t thread;
};

/* Returns once the last page is held; false if it never is. */
bool hold_start(struct hold *hold, int fd, const char *va, __u32 count, __u32 how);

/* Waits for the device. Returns how many pages were taken, or -errno. */
int hold_end(struct hold *hold);

/* For tests. */

/* Opens the device, or skips the test. */
#define OPEN_EXCLUSIVE(fd)							\
	do {									\
		(fd) = exclusive_open();					\
		if ((fd) == -ENOENT)						\
			SKIP(return, "no /dev/test_device_exclusive in this kernel"); \
		ASSERT_LE(0, (fd));						\
	} while (0)

/* Both calls of the kernel; what they do to a page must not differ. */
#define EXCLUSIVE_VARIANTS(fixture)						\
	FIXTURE_VARIANT(fixture)						\
	{									\
		__u32 how;							\
	};									\
	FIXTURE_VARIANT_ADD(fixture, single) { .how = TEST_EXCLUSIVE_SINGLE };	\
	FIXTURE_VARIANT_ADD(fixture, range) { .how = TEST_EXCLUSIVE_RANGE }

#endif /* _LIB_EXCLUSIVE_H */

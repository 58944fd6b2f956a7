/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * User space interface of /dev/test_device_exclusive, for the mm selftests.
 *
 * The device takes pages of the calling process for atomic access, as a GPU does, and tells what a
 * page-table entry of it says.
 */
#ifndef _LIB_TEST_DEVICE_EXCLUSIVE_UAPI_H
#define _LIB_TEST_DEVICE_EXCLUSIVE_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* How pages are taken. */
#define TEST_EXCLUSIVE_SINGLE	0	/* one make_device_exclusive() a page, released at once */
/* One make_device_exclusive_range() for all of them; as SINGLE where C serves, which has none. */
#define TEST_EXCLUSIVE_RANGE	1
/*
 * Added to one of them: calls without the mmap lock, each of which warns. Only if Rust serves, and
 * for a process of one thread: EBUSY otherwise.
 */
#define TEST_EXCLUSIVE_UNLOCKED	2

/**
 * struct test_exclusive_make - take pages for the device, work on them, release them
 * @addr: in: the first page, in bytes, a multiple of a page
 * @count: in: how many pages, up to twice those that a PMD maps; the array of no page is NULL
 * @how: in: TEST_EXCLUSIVE_SINGLE or TEST_EXCLUSIVE_RANGE, and TEST_EXCLUSIVE_UNLOCKED
 * @results: in: address of count __s32, or 0: out: for each page 0 or a negative error code
 * @add: in: what the device adds, atomically, to a __u64 in each page while the page is its own
 * @offset: in: where in the page that __u64 is, in bytes, a multiple of 8
 * @hold_us: in: how long the device keeps what it has taken locked, in microseconds, up to 10000000
 * @ns: out: kernel nanoseconds that taking, adding and releasing took, and waiting
 * @made: out: how many pages were taken
 */
struct test_exclusive_make {
	__u64 addr;
	__u32 count;
	__u32 how;
	__u64 results;
	__u64 add;
	__u32 offset;
	__u32 hold_us;
	__u64 ns;
	__u64 made;
};

/* What an entry is. */
#define TEST_EXCLUSIVE_NONE		0	/* empty, or no table of PTEs */
#define TEST_EXCLUSIVE_PRESENT		1
#define TEST_EXCLUSIVE_SWAP		2
#define TEST_EXCLUSIVE_MIGRATION	3
#define TEST_EXCLUSIVE_DEVICE_PRIVATE	4
#define TEST_EXCLUSIVE_DEVICE_EXCLUSIVE	5
#define TEST_EXCLUSIVE_HWPOISON		6
#define TEST_EXCLUSIVE_MARKER		7
#define TEST_EXCLUSIVE_HUGE		8	/* a PMD or PUD maps the page */

/* What an entry, and the page that it names, have. */
#define TEST_EXCLUSIVE_WRITABLE		(1 << 0)
#define TEST_EXCLUSIVE_DIRTY		(1 << 1)
#define TEST_EXCLUSIVE_YOUNG		(1 << 2)
#define TEST_EXCLUSIVE_SOFT_DIRTY	(1 << 3)
#define TEST_EXCLUSIVE_UFFD		(1 << 4)
#define TEST_EXCLUSIVE_ANON_EXCLUSIVE	(1 << 5)	/* of the page, as those after it */
#define TEST_EXCLUSIVE_FOLIO_DIRTY	(1 << 6)
#define TEST_EXCLUSIVE_FOLIO_LOCKED	(1 << 7)

/**
 * struct test_exclusive_look - what the entry of an address says; EFAULT without a vma
 * @addr: in: the address, in bytes
 * @kind: out: TEST_EXCLUSIVE_NONE to TEST_EXCLUSIVE_HUGE
 * @flags: out: TEST_EXCLUSIVE_WRITABLE to TEST_EXCLUSIVE_FOLIO_LOCKED
 * @pfn: out: the frame, of a present, a device-private or a device-exclusive entry
 * @refcount: out: of the folio of that frame
 * @mapcount: out: of that folio, all of its pages
 * @pages: out: of that folio
 * @rust: out: whether Rust (1) or C (0) serves device-exclusive entries
 */
struct test_exclusive_look {
	__u64 addr;
	__u32 kind;
	__u32 flags;
	__u64 pfn;
	__s32 refcount;
	__s32 mapcount;
	__u32 pages;
	__u32 rust;
};

/**
 * struct test_exclusive_collect - collect pages for a migration, and put them back
 * @addr: in: the first page, in bytes, a multiple of a page
 * @count: in: how many pages, 1 to twice those that a PMD maps; all of one vma
 * @ns: out: kernel nanoseconds that migrate_vma_setup() took
 * @collected: out: how many pages were ready to migrate
 */
struct test_exclusive_collect {
	__u64 addr;
	__u64 count;
	__u64 ns;
	__u64 collected;
};

#define TEST_EXCLUSIVE_MAKE	_IOWR('X', 0x00, struct test_exclusive_make)
#define TEST_EXCLUSIVE_LOOK	_IOWR('X', 0x01, struct test_exclusive_look)
#define TEST_EXCLUSIVE_COLLECT	_IOWR('X', 0x02, struct test_exclusive_collect)

#endif /* _LIB_TEST_DEVICE_EXCLUSIVE_UAPI_H */

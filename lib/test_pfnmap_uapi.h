/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * User space interface of /dev/test_pfnmap, for the mm selftests.
 */
#ifndef _LIB_TEST_PFNMAP_UAPI_H
#define _LIB_TEST_PFNMAP_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct test_pfnmap_follow - follow a user address of the calling process
 * @addr: in: the user address, in bytes
 * @count: in: how many start/end pairs to do, 1 to 100000
 * @pfn: out: the frame of @addr
 * @addr_mask: out: ~(size of the entry - 1), in bytes
 * @pgprot: out: protection of the entry, architecture bits
 * @ns: out: kernel nanoseconds that all pairs took
 * @writable: out: whether the entry may be written
 * @special: out: whether the entry has the special bit
 * @rust: out: whether Rust (1) or C (0) served the lookup
 * @pad: must be zero
 */
struct test_pfnmap_follow {
	__u64 addr;
	__u64 count;
	__u64 pfn;
	__u64 addr_mask;
	__u64 pgprot;
	__u64 ns;
	__u8 writable;
	__u8 special;
	__u8 rust;
	__u8 pad[5];
};

#define TEST_PFNMAP_FOLLOW	_IOWR('P', 0x00, struct test_pfnmap_follow)

#endif /* _LIB_TEST_PFNMAP_UAPI_H */

/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * User space interface of /dev/test_pfnmap, for the mm selftests.
 *
 * mmap() of the device maps its fake BAR from the offset on, if it has one.
 */
#ifndef _LIB_TEST_PFNMAP_UAPI_H
#define _LIB_TEST_PFNMAP_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct test_pfnmap_follow - follow a user address
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
 * @pid: in: the process whose address it is, 0 for the calling one
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
	__u8 pad;
	__s32 pid;
};

/**
 * struct test_pfnmap_info - the fake BAR
 * @phys: out: its physical address, in bytes
 * @size: out: its size in bytes, 0 where the kernel was given none (test_pfnmap.start, .size)
 */
struct test_pfnmap_info {
	__u64 phys;
	__u64 size;
};

/* The kind of vma that later mmap() calls make. */
#define TEST_PFNMAP_VMA_PFNMAP		0
#define TEST_PFNMAP_VMA_MIXEDMAP	1	/* without VM_IO: gup looks at its entries */
#define TEST_PFNMAP_VMA_NEITHER		2	/* a driver's mistake, as the next one */
#define TEST_PFNMAP_VMA_BOTH		3
#define TEST_PFNMAP_VMA_PREFILLED	4	/* by pages, all of it at once: it has no faults */

/**
 * struct test_pfnmap_serve - how this open file serves mmap() and faults from now on
 * @level: the largest block to map: 0 a page, 1 a PMD, 2 a PUD
 * @vma: in: TEST_PFNMAP_VMA_*
 * @skew: pages to add to each frame number: a misaligned or an impossible frame
 * @blind: 1 to ask for @level whether or not the block fits: an address outside the vma
 * @delay_us: how long a fault waits before it inserts, in microseconds, up to 100000
 */
struct test_pfnmap_serve {
	__u32 level;
	__u32 vma;
	__u64 skew;
	__u32 blind;
	__u32 delay_us;
};

/**
 * struct test_pfnmap_range - a part of the fake BAR to unmap from every process
 * @offset: in: where in the BAR it starts, in bytes
 * @length: in: how long it is, in bytes; both are multiples of a page
 */
struct test_pfnmap_range {
	__u64 offset;
	__u64 length;
};

/**
 * struct test_pfnmap_notifier - count and delay invalidations of a process
 * @start: in: the first address to watch from now on, in bytes
 * @end: in: the first one after them
 * @delay_us: in: how long each blockable invalidation there waits, in microseconds, up to 100000
 * @count: out: invalidations since the previous call that overlap its range
 * @owned: out: how many of those name the device that takes pages
 * @pad: out: 0
 *
 * The process is that of the first call on this open file. MMU notifiers that are registered later,
 * as KVM's for a VM made after that call, run before the delay.
 */
struct test_pfnmap_notifier {
	__u64 start;
	__u64 end;
	__u32 delay_us;
	__u32 count;
	__u32 owned;
	__u32 pad;
};

#define TEST_PFNMAP_FOLLOW	_IOWR('P', 0x00, struct test_pfnmap_follow)
#define TEST_PFNMAP_INFO	_IOR('P', 0x01, struct test_pfnmap_info)
#define TEST_PFNMAP_SERVE	_IOW('P', 0x02, struct test_pfnmap_serve)
/* Unmaps the fake BAR from every process, as a device does that is turned off. */
#define TEST_PFNMAP_ZAP		_IO('P', 0x03)
#define TEST_PFNMAP_ZAP_RANGE	_IOW('P', 0x04, struct test_pfnmap_range)
/*
 * Lets memory failure know the fake BAR: poison injected into it is taken out of all mappings of the
 * device, and forgotten when this file is closed. EBUSY while another file does.
 */
#define TEST_PFNMAP_POISONABLE	_IO('P', 0x05)
#define TEST_PFNMAP_NOTIFIER	_IOWR('P', 0x06, struct test_pfnmap_notifier)

#endif /* _LIB_TEST_PFNMAP_UAPI_H */

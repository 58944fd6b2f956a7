/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Other vmas of the test device: one that mmap() fills and no fault does, and one without VM_IO.
 *
 * Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _PFNMAP_PREFILLED_H
#define _PFNMAP_PREFILLED_H

#include "pfnmap_source.h"

static inline int device_open_as(struct pfnmap_source *source, enum pfnmap_level level, __u32 vma)
{
	struct test_pfnmap_serve serve = { .level = level, .vma = vma };

	return device_open(source, level) ?:
	       pfnmap_ioctl(source->file, TEST_PFNMAP_SERVE, &serve);
}

static inline int open_prefilled(struct pfnmap_source *source, enum pfnmap_level level)
{
	return device_open_as(source, level, TEST_PFNMAP_VMA_PREFILLED);
}

static inline int open_mixedmap(struct pfnmap_source *source, enum pfnmap_level level)
{
	return device_open_as(source, level, TEST_PFNMAP_VMA_MIXEDMAP);
}

static const struct pfnmap_kind prefilled_kind = {
	.open = open_prefilled,
	.zap = device_zap,
	.none = "/dev/test_pfnmap has no fake BAR in this kernel",
};

static const struct pfnmap_kind mixedmap_kind = {
	.open = open_mixedmap,
	.zap = device_zap,
	.none = "/dev/test_pfnmap has no fake BAR in this kernel",
};

/* Removes the mappings of a part of the fake BAR. */
static inline int device_zap_range(struct pfnmap_source *source, __u64 offset, __u64 size)
{
	struct test_pfnmap_range range = { .offset = offset, .length = size };

	return pfnmap_ioctl(source->file, TEST_PFNMAP_ZAP_RANGE, &range);
}

/* Only the test device can be asked for that. */
static inline bool can_zap_range(const struct pfnmap_source *source)
{
	return source->kind != &vfio_kind;
}

#endif /* _PFNMAP_PREFILLED_H */

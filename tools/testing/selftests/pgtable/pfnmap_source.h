/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A BAR to map at a chosen level: a real one through vfio-pci, or the fake one of the test device.
 *
 * Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _PFNMAP_SOURCE_H
#define _PFNMAP_SOURCE_H

#include "pfnmap_vfio.h"

struct pfnmap_source {
	const struct pfnmap_kind *kind;
	struct pfnmap_bar bar;		/* vfio only */
	int file;			/* that is mapped by blocks */
	int pages;			/* that is mapped by pages, at an address for pages */
	__u64 offset;			/* of the BAR in both, bytes */
	__u64 phys;
	__u64 size;
	enum pfnmap_level top;		/* the level of the largest block */
};

struct pfnmap_kind {
	/* Returns -ENODEV where @none says why. */
	int (*open)(struct pfnmap_source *source, enum pfnmap_level level);
	/* Removes every mapping of the BAR. */
	int (*zap)(struct pfnmap_source *source);
	const char *none;
};

static inline int vfio_open(struct pfnmap_source *source, enum pfnmap_level level)
{
	int ret = bar_open(&source->bar);

	source->file = source->bar.device;
	source->pages = source->bar.device;
	source->offset = source->bar.offset;
	source->phys = source->bar.phys;
	source->size = source->bar.size;
	source->top = PFNMAP_MAX_LEVEL;
	return ret;
}

static inline int vfio_zap(struct pfnmap_source *source)
{
	return bar_decode_off(&source->bar) ?: bar_decode_on(&source->bar);
}

/* The test device, set to serve blocks of up to @level; its descriptor or -errno. */
static inline int device_serve(enum pfnmap_level level)
{
	struct test_pfnmap_serve serve = { .level = level };
	int fd = pfnmap_follow_open();

	return fd < 0 ? fd : pfnmap_ioctl(fd, TEST_PFNMAP_SERVE, &serve) ?: fd;
}

static inline int device_open(struct pfnmap_source *source, enum pfnmap_level level)
{
	struct test_pfnmap_info info = {};
	int fd = pfnmap_follow_open(), ret;

	ret = fd < 0 ? fd : pfnmap_ioctl(fd, TEST_PFNMAP_INFO, &info);
	close(fd);
	if (ret == -ENOENT || ret == -ENOTTY || (!ret && !info.size))
		return -ENODEV;
	source->phys = info.phys;
	source->size = info.size;
	source->top = pfnmap_arrives(level);
	source->file = device_serve(level);
	source->pages = device_serve(PFNMAP_PTE);
	return ret ?: source->file < 0 ? source->file : source->pages < 0 ? source->pages : 0;
}

static inline int device_zap(struct pfnmap_source *source)
{
	return pfnmap_ioctl(source->file, TEST_PFNMAP_ZAP, NULL);
}

static const struct pfnmap_kind vfio_kind = {
	.open = vfio_open,
	.zap = vfio_zap,
	.none = "BAR_BDF names no device",
};

static const struct pfnmap_kind device_kind = {
	.open = device_open,
	.zap = device_zap,
	.none = "/dev/test_pfnmap has no fake BAR in this kernel",
};

static inline void *source_map_at(struct pfnmap_source *source, void *va, int prot,
				  __u64 offset, __u64 size)
{
	return mmap(va, size, prot, MAP_SHARED | MAP_FIXED, source->file, source->offset + offset);
}

static inline void *source_map(struct pfnmap_source *source, enum pfnmap_level level, int prot,
			       __u64 offset, __u64 size)
{
	void *va = pfnmap_pick(level, source->phys + offset, size);

	return va == MAP_FAILED ? va : source_map_at(source, va, prot, offset, size);
}

/* The same bytes by entries of the lowest level. */
static inline void *source_map_pages(struct pfnmap_source *source, __u64 size)
{
	const int rw = PROT_READ | PROT_WRITE;
	void *va = pfnmap_pick(PFNMAP_PTE, source->phys, size);

	return va == MAP_FAILED ? va :
	       mmap(va, size, rw, MAP_SHARED | MAP_FIXED, source->pages, source->offset);
}

#endif /* _PFNMAP_SOURCE_H */

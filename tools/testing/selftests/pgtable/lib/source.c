// SPDX-License-Identifier: GPL-2.0
/*
 * Where frames come from: a BAR of vfio-pci, or the fake BAR of the test device.
 */
#include <stddef.h>
#include <unistd.h>

#include "need.h"
#include "source.h"

#define NO_FAKE_BAR	"/dev/test_pfnmap has no fake BAR in this kernel"

static int vfio_open(struct pfnmap_source *source, enum pfnmap_level level)
{
	int ret = bar_open(&source->bar);

	source->file = source->bar.device;
	source->pages = source->bar.device;
	source->offset = source->bar.offset;
	source->phys = source->bar.phys;
	source->size = source->bar.size;
	source->top = pfnmap_top();
	return ret;
}

static int vfio_zap(struct pfnmap_source *source)
{
	return bar_decode_off(&source->bar) ?: bar_decode_on(&source->bar);
}

const struct pfnmap_kind vfio_kind = {
	.open = vfio_open,
	.zap = vfio_zap,
	.none = NO_BAR,
};

/* Opens the test device, to serve blocks of up to @level; returns its descriptor or -errno. */
static int open_to_serve(enum pfnmap_level level)
{
	struct test_pfnmap_serve serve = { .level = level };
	int fd = pfnmap_follow_open();

	return fd < 0 ? fd : pfnmap_ioctl(fd, TEST_PFNMAP_SERVE, &serve) ?: fd;
}

static int device_open(struct pfnmap_source *source, enum pfnmap_level level)
{
	struct test_pfnmap_info info = {};
	int fd = pfnmap_follow_open(), ret;

	ret = fd < 0 ? fd : pfnmap_ioctl(fd, TEST_PFNMAP_INFO, &info);
	close(fd);
	if (ret == -ENOENT || ret == -ENOTTY || (!ret && !info.size))
		return -ENODEV;
	source->offset = 0;
	source->phys = info.phys;
	source->size = info.size;
	source->top = pfnmap_arrives(level);
	source->file = open_to_serve(level);
	source->pages = open_to_serve(PFNMAP_PTE);
	return ret ?: source->file < 0 ? source->file : source->pages < 0 ? source->pages : 0;
}

static int device_zap(struct pfnmap_source *source)
{
	return pfnmap_ioctl(source->file, TEST_PFNMAP_ZAP, NULL);
}

int device_serve(struct pfnmap_source *source, struct test_pfnmap_serve serve)
{
	return pfnmap_ioctl(source->file, TEST_PFNMAP_SERVE, &serve);
}

const struct pfnmap_kind device_kind = {
	.open = device_open,
	.zap = device_zap,
	.none = NO_FAKE_BAR,
};

static int mixedmap_open(struct pfnmap_source *source, enum pfnmap_level level)
{
	const struct test_pfnmap_serve serve = {
		.level = level, .vma = TEST_PFNMAP_VMA_MIXEDMAP,
	};

	return device_open(source, level) ?: device_serve(source, serve);
}

const struct pfnmap_kind mixedmap_kind = {
	.open = mixedmap_open,
	.zap = device_zap,
	.none = NO_FAKE_BAR,
};

static int prefilled_open(struct pfnmap_source *source, enum pfnmap_level level)
{
	const struct test_pfnmap_serve serve = {
		.level = level, .vma = TEST_PFNMAP_VMA_PREFILLED,
	};

	return device_open(source, level) ?: device_serve(source, serve);
}

const struct pfnmap_kind prefilled_kind = {
	.open = prefilled_open,
	.zap = device_zap,
	.none = NO_FAKE_BAR,
};

int source_open(struct pfnmap_source *source, const struct pfnmap_kind *kind,
		enum pfnmap_level level)
{
	source->kind = kind;
	return kind->open(source, level);
}

void *source_map_at(struct pfnmap_source *source, void *va, int prot, __u64 offset, __u64 size)
{
	return mmap(va, size, prot, MAP_SHARED | MAP_FIXED, source->file, source->offset + offset);
}

void *source_map(struct pfnmap_source *source, enum pfnmap_level level, int prot,
		 __u64 offset, __u64 size)
{
	void *va = pfnmap_pick(level, source->phys + offset, size);

	return va == MAP_FAILED ? va : source_map_at(source, va, prot, offset, size);
}

void *source_map_pages(struct pfnmap_source *source, __u64 size)
{
	void *va = pfnmap_pick(PFNMAP_PTE, source->phys, size);

	return va == MAP_FAILED ? va :
	       mmap(va, size, RW, MAP_SHARED | MAP_FIXED, source->pages, source->offset);
}

int source_zap(struct pfnmap_source *source)
{
	return source->kind->zap(source);
}

bool can_zap_range(const struct pfnmap_source *source)
{
	return source->kind->zap == device_zap;
}

int device_zap_range(struct pfnmap_source *source, __u64 offset, __u64 size)
{
	struct test_pfnmap_range range = { .offset = offset, .length = size };

	return pfnmap_ioctl(source->file, TEST_PFNMAP_ZAP_RANGE, &range);
}

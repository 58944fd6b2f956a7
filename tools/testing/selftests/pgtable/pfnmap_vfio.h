/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A PCI BAR through vfio-pci: open it, map it at a chosen level, map it for DMA.
 *
 * The environment names the BAR: BAR_BDF is the PCI address of a device bound to vfio-pci,
 * BAR_INDEX the number of the BAR. Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _PFNMAP_VFIO_H
#define _PFNMAP_VFIO_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "pfnmap_level.h"

/* Type1 refuses IOVAs over the MSI window, which is below 4 GiB on x86. */
#define PFNMAP_IOVA	(8 * PFNMAP_1G)

struct pfnmap_bar {
	int container;
	int group;
	int device;
	int index;
	__u64 phys;	/* physical address of the BAR */
	__u64 size;	/* bytes */
	__u64 offset;	/* of the BAR in the device file, bytes */
	__u64 config;	/* of the configuration space in the device file, bytes */
	__u64 regs;	/* of BAR 0 in the device file, bytes */
};

/* Opening */

static inline int bar_group(const char *bdf)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", bdf);
	len = readlink(path, link, sizeof(link) - 1);
	if (len < 0)
		return -errno;
	link[len] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%.*s", 32, strrchr(link, '/') + 1);
	return open(path, O_RDWR | O_CLOEXEC);
}

static inline int bar_resource(const char *bdf, struct pfnmap_bar *bar)
{
	unsigned long long start = 0, end = 0;
	char path[PATH_MAX];
	FILE *file;
	int i, got = 0;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource", bdf);
	file = fopen(path, "r");
	if (!file)
		return -errno;
	for (i = 0; i <= bar->index; i++)
		got = fscanf(file, "%llx %llx %*x", &start, &end);
	fclose(file);
	bar->phys = start;
	bar->size = end - start + 1;
	return got == 2 && start ? 0 : -ENXIO;
}

static inline int bar_region(struct pfnmap_bar *bar, __u32 index, __u32 flags, __u64 *offset)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };
	int ret = pfnmap_ioctl(bar->device, VFIO_DEVICE_GET_REGION_INFO, &info);

	*offset = info.offset;
	return ret ?: (info.flags & flags) == flags ? 0 : -ENXIO;
}

static inline int bar_container(struct pfnmap_bar *bar, const char *bdf)
{
	bar->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (bar->container < 0)
		return -errno;
	bar->group = bar_group(bdf);
	if (bar->group < 0)
		return -errno;
	if (ioctl(bar->group, VFIO_GROUP_SET_CONTAINER, &bar->container) ||
	    ioctl(bar->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	bar->device = ioctl(bar->group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	return bar->device < 0 ? -errno : 0;
}

static inline int bar_command(struct pfnmap_bar *bar, __u16 clear, __u16 set)
{
	__u64 at = bar->config + PCI_COMMAND;
	__u16 command;

	if (pread(bar->device, &command, sizeof(command), at) != sizeof(command))
		return -EIO;
	command = (command & ~clear) | set;
	return pwrite(bar->device, &command, sizeof(command), at) == sizeof(command) ? 0 : -EIO;
}

/* Turning memory decode off removes every mapping of the BAR. */
static inline int bar_decode_off(struct pfnmap_bar *bar)
{
	return bar_command(bar, PCI_COMMAND_MEMORY, 0);
}

static inline int bar_decode_on(struct pfnmap_bar *bar)
{
	return bar_command(bar, 0, PCI_COMMAND_MEMORY);
}

/* Registers of BAR 0 through read() and write() of the device file. */
static inline __u32 bar0_read(struct pfnmap_bar *bar, __u64 at)
{
	__u32 value = ~0;

	return pread(bar->device, &value, 4, bar->regs + at) == 4 ? value : ~0U;
}

static inline int bar0_write(struct pfnmap_bar *bar, __u64 at, __u32 value)
{
	return pwrite(bar->device, &value, 4, bar->regs + at) == 4 ? 0 : -EIO;
}

#define NVME_CLASS	0x010802
#define NVME_PMRCTL	0xe04
#define NVME_PMRSTS	0xe08
#define NVME_PMRSTS_NRDY	(1 << 8)

static inline bool bar_is_nvme(struct pfnmap_bar *bar)
{
	__u32 class = 0;

	return pread(bar->device, &class, 4, bar->config + PCI_CLASS_REVISION) == 4 &&
	       class >> 8 == NVME_CLASS;
}

/* The persistent memory region of an NVMe controller answers after it was enabled. */
static inline int bar_wake(struct pfnmap_bar *bar)
{
	int i;

	if (!bar_is_nvme(bar))
		return 0;
	if (bar0_write(bar, NVME_PMRCTL, 1))
		return -EIO;
	for (i = 0; i < 1000 && bar0_read(bar, NVME_PMRSTS) & NVME_PMRSTS_NRDY; i++)
		usleep(1000);
	return i < 1000 ? 0 : -ETIMEDOUT;
}

static inline int bar_open(struct pfnmap_bar *bar)
{
	const __u32 mmap_rw = VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_READ |
			      VFIO_REGION_INFO_FLAG_WRITE;
	const char *bdf = getenv("BAR_BDF"), *index = getenv("BAR_INDEX");

	if (!bdf || !index)
		return -ENODEV;
	memset(bar, 0, sizeof(*bar));
	bar->index = atoi(index);
	return bar_resource(bdf, bar) ?:
	       bar_container(bar, bdf) ?:
	       bar_region(bar, VFIO_PCI_CONFIG_REGION_INDEX, 0, &bar->config) ?:
	       bar_region(bar, 0, 0, &bar->regs) ?:
	       bar_region(bar, bar->index, mmap_rw, &bar->offset) ?:
	       bar_command(bar, 0, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER) ?:
	       bar_wake(bar);
}

static inline void bar_close(struct pfnmap_bar *bar)
{
	close(bar->device);
	close(bar->group);
	close(bar->container);
}

/* Mapping */

static inline void *bar_map_at(struct pfnmap_bar *bar, void *va, int prot,
			       __u64 offset, __u64 size)
{
	return mmap(va, size, prot, MAP_SHARED | MAP_FIXED, bar->device, bar->offset + offset);
}

static inline void *bar_map(struct pfnmap_bar *bar, enum pfnmap_level level, int prot,
			    __u64 offset, __u64 size)
{
	void *va = pfnmap_pick(level, bar->phys + offset, size);

	return va == MAP_FAILED ? va : bar_map_at(bar, va, prot, offset, size);
}

/* One read in each block. */
static inline void bar_touch(void *va, __u64 size, __u64 step)
{
	__u64 at;

	for (at = 0; at < size; at += step)
		bar_read((char *)va + at);
}

/* DMA */

static inline int bar_dma_map(struct pfnmap_bar *bar, void *va, __u64 iova, __u64 size,
			      __u32 flags)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = flags,
		.vaddr = (uintptr_t)va,
		.iova = iova,
		.size = size,
	};

	return pfnmap_ioctl(bar->container, VFIO_IOMMU_MAP_DMA, &map);
}

#define BAR_DMA_READ	VFIO_DMA_MAP_FLAG_READ
#define BAR_DMA_RW	(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

/* Returns the bytes that were unmapped, or -errno. */
static inline __s64 bar_dma_unmap(struct pfnmap_bar *bar, __u64 iova, __u64 size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};
	int ret = pfnmap_ioctl(bar->container, VFIO_IOMMU_UNMAP_DMA, &unmap);

	return ret ?: (__s64)unmap.size;
}

#endif /* _PFNMAP_VFIO_H */

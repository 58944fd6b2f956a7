// SPDX-License-Identifier: GPL-2.0
/*
 * A PCI BAR through vfio-pci: open it, map it at a chosen level, map it for DMA.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "check.h"
#include "need.h"
#include "vfio.h"

static int bar_group(const char *bdf)
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

int bar_resource(const char *bdf, struct pfnmap_bar *bar)
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

int bar_region(struct pfnmap_bar *bar, __u32 index, __u32 flags, __u64 *offset)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };
	int ret = pfnmap_ioctl(bar->device, VFIO_DEVICE_GET_REGION_INFO, &info);

	*offset = info.offset;
	return ret ?: (info.flags & flags) == flags ? 0 : -ENXIO;
}

static int bar_container(struct pfnmap_bar *bar, const char *bdf)
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

static int bar_command(struct pfnmap_bar *bar, __u16 clear, __u16 set)
{
	__u64 at = bar->config + PCI_COMMAND;
	__u16 command;

	if (pread(bar->device, &command, sizeof(command), at) != sizeof(command))
		return -EIO;
	command = (command & ~clear) | set;
	return pwrite(bar->device, &command, sizeof(command), at) == sizeof(command) ? 0 : -EIO;
}

int bar_decode_off(struct pfnmap_bar *bar)
{
	return bar_command(bar, PCI_COMMAND_MEMORY, 0);
}

int bar_decode_on(struct pfnmap_bar *bar)
{
	return bar_command(bar, 0, PCI_COMMAND_MEMORY);
}

__u32 bar0_read(struct pfnmap_bar *bar, __u64 at)
{
	__u32 value = ~0;

	return pread(bar->device, &value, 4, bar->regs + at) == 4 ? value : ~0U;
}

int bar0_write(struct pfnmap_bar *bar, __u64 at, __u32 value)
{
	return pwrite(bar->device, &value, 4, bar->regs + at) == 4 ? 0 : -EIO;
}

bool bar_is_nvme(struct pfnmap_bar *bar)
{
	__u32 class = 0;

	return pread(bar->device, &class, 4, bar->config + PCI_CLASS_REVISION) == 4 &&
	       class >> 8 == NVME_CLASS;
}

/* The persistent memory region of an NVMe controller answers after it was enabled. */
static int bar_wake(struct pfnmap_bar *bar)
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

static int bar_feature(struct pfnmap_bar *bar, __u32 feature)
{
	struct vfio_device_feature set = {
		.argsz = sizeof(set),
		.flags = VFIO_DEVICE_FEATURE_SET | feature,
	};

	return pfnmap_ioctl(bar->device, VFIO_DEVICE_FEATURE, &set);
}

int bar_sleep(struct pfnmap_bar *bar)
{
	return bar_feature(bar, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY);
}

int bar_wake_up(struct pfnmap_bar *bar)
{
	return bar_feature(bar, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT) ?: bar_wake(bar);
}

int bar_open(struct pfnmap_bar *bar)
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

const char *bar_open_large(struct pfnmap_bar *bar)
{
	const char *why_not = lacks_bar();

	if (why_not)
		return why_not;
	CHECK_EQ(0, bar_open(bar), "cannot open the BAR");
	return bar->size < 4 * PFNMAP_1G ? "the BAR is smaller than 4 GiB" : NULL;
}

int bar_open_resource(const struct pfnmap_bar *bar)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%d", getenv("BAR_BDF"),
		 bar->index);
	return open(path, O_RDWR | O_SYNC | O_CLOEXEC);
}

void bar_close(struct pfnmap_bar *bar)
{
	close(bar->device);
	close(bar->group);
	close(bar->container);
}

/* Mapping */

void *bar_map_at(struct pfnmap_bar *bar, void *va, int prot, __u64 offset, __u64 size)
{
	return mmap(va, size, prot, MAP_SHARED | MAP_FIXED, bar->device, bar->offset + offset);
}

void *bar_map(struct pfnmap_bar *bar, enum pfnmap_level level, int prot, __u64 offset, __u64 size)
{
	void *va = pfnmap_pick(level, bar->phys + offset, size);

	return va == MAP_FAILED ? va : bar_map_at(bar, va, prot, offset, size);
}

void bar_touch(void *va, __u64 size, __u64 step)
{
	__u64 at;

	for (at = 0; at < size; at += step)
		bar_read((char *)va + at);
}

/* DMA */

int bar_dma_map(struct pfnmap_bar *bar, void *va, __u64 iova, __u64 size, __u32 flags)
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

__s64 bar_dma_unmap(struct pfnmap_bar *bar, __u64 iova, __u64 size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};
	int ret = pfnmap_ioctl(bar->container, VFIO_IOMMU_UNMAP_DMA, &unmap);

	return ret ?: (__s64)unmap.size;
}

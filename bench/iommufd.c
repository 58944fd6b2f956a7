// SPDX-License-Identifier: GPL-2.0
/*
 * A BAR mapped for DMA by iommufd, and unmapped, beside what type1 needs (follow.c).
 *
 * iommufd pins what it is given by address, which a PFN mapping refuses; a BAR comes as the dma-buf
 * that vfio-pci makes of it. It knows the frames itself, so no CPU page table is read, and the level
 * is that of the IOMMU's entries: PUD, where address, frames and hardware allow it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include <linux/iommufd.h>

#include "lib/vfio.h"
#include "bench.h"

#define SIZE	(16 * PFNMAP_1G)

static struct pfnmap_bar bar;
static int iommufd;
static int dmabuf;
static __u32 ioas;

/* The device's own file, /dev/vfio/devices/vfioN, or -errno. */
static int open_cdev(const char *bdf)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", bdf);
	dir = opendir(path);
	if (!dir)
		return -errno;
	path[0] = 0;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "vfio", 4))
			snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
	closedir(dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void open_bar(void)
{
	const char *bdf = getenv("BAR_BDF"), *index = getenv("BAR_INDEX");

	check("BAR_BDF must name a device bound to vfio-pci", bdf && index ? 0 : -ENODEV);
	bar.index = atoi(index);
	check("BAR", bar_resource(bdf, &bar));
	bar.device = open_cdev(bdf);
	check("/dev/vfio/devices (the kernel needs CONFIG_VFIO_DEVICE_CDEV=y)", bar.device);
}

static void attach(void)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct vfio_device_attach_iommufd_pt pt = { .argsz = sizeof(pt) };

	iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	check("/dev/iommu", iommufd < 0 ? -errno : 0);
	bind.iommufd = iommufd;
	check("bind", pfnmap_ioctl(bar.device, VFIO_DEVICE_BIND_IOMMUFD, &bind));
	check("address space", pfnmap_ioctl(iommufd, IOMMU_IOAS_ALLOC, &alloc));
	ioas = alloc.out_ioas_id;
	pt.pt_id = ioas;
	check("attach", pfnmap_ioctl(bar.device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &pt));
}

/* A dma-buf of the start of the BAR; it is of use while memory decode is on. */
static void export_bar(void)
{
	struct {
		struct vfio_device_feature feature;
		struct vfio_device_feature_dma_buf get;
		struct vfio_region_dma_range range;
	} arg = {
		.feature.argsz = sizeof(arg),
		.feature.flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF,
		.get.region_index = bar.index,
		.get.open_flags = O_RDWR | O_CLOEXEC,
		.get.nr_ranges = 1,
		.range.length = SIZE,
	};

	check("configuration space", bar_region(&bar, VFIO_PCI_CONFIG_REGION_INDEX, 0, &bar.config));
	check("memory decode", bar_decode_on(&bar));
	dmabuf = pfnmap_ioctl(bar.device, VFIO_DEVICE_FEATURE, &arg);
	check("dma-buf (the kernel needs CONFIG_VFIO_PCI_DMABUF=y)", dmabuf);
}

static __u64 iommufd_map(void)
{
	struct iommu_ioas_map_file map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas,
		.fd = dmabuf,
		.length = SIZE,
		.iova = PFNMAP_IOVA,
	};
	__u64 start = now();

	check("DMA map", pfnmap_ioctl(iommufd, IOMMU_IOAS_MAP_FILE, &map));
	return (now() - start) * 10;
}

static __u64 iommufd_unmap(void)
{
	struct iommu_ioas_unmap unmap = {
		.size = sizeof(unmap),
		.ioas_id = ioas,
		.iova = PFNMAP_IOVA,
		.length = SIZE,
	};
	__u64 start = now();

	check("DMA unmap", pfnmap_ioctl(iommufd, IOMMU_IOAS_UNMAP, &unmap));
	check("not all unmapped", unmap.length == SIZE ? 0 : -EIO);
	return (now() - start) * 10;
}

static __u64 map_only(void)
{
	__u64 took = iommufd_map();

	iommufd_unmap();
	return took;
}

static __u64 unmap_only(void)
{
	iommufd_map();
	return iommufd_unmap();
}

static const struct row rows[] = {
	{ "dma-map-iommufd-16G", map_only, PFNMAP_PUD, SIZE },
	{ "dma-unmap-iommufd-16G", unmap_only, PFNMAP_PUD, SIZE },
	{ }
};

int main(void)
{
	const struct row *row;

	open_bar();
	attach();
	export_bar();
	for (row = rows; row->name; row++)
		measure(row);
	return 0;
}

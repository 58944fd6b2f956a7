/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A PCI BAR through vfio-pci: open it, map it at a chosen level, map it for DMA.
 *
 * The environment names the BAR: BAR_BDF is the PCI address of a device bound to vfio-pci,
 * BAR_INDEX the number of the BAR. Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _LIB_VFIO_H
#define _LIB_VFIO_H

#include <stdbool.h>
#include <linux/vfio.h>

#include "level.h"

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

#define BAR_DMA_READ	VFIO_DMA_MAP_FLAG_READ
#define BAR_DMA_RW	(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

/* Of NVMe controllers: registers of BAR 0 for the persistent memory region. */
#define NVME_CLASS	0x010802
#define NVME_PMRCTL	0xe04
#define NVME_PMRSTS	0xe08
#define NVME_PMRSTS_NRDY	(1 << 8)

/* Opens the BAR and makes it answer; -ENODEV where the environment names none. */
int bar_open(struct pfnmap_bar *bar);

/* Opens a BAR of at least 4 GiB. Returns NULL or why the test is to be skipped. */
const char *bar_open_large(struct pfnmap_bar *bar);

/* Opens the file of sysfs that maps the BAR; returns its descriptor or -1. */
int bar_open_resource(const struct pfnmap_bar *bar);

void bar_close(struct pfnmap_bar *bar);

/* Two steps of that: finds the physical address and size of BAR @bar->index of device @bdf. */
int bar_resource(const char *bdf, struct pfnmap_bar *bar);
/* Finds a region of the device file, which must have all @flags. */
int bar_region(struct pfnmap_bar *bar, __u32 index, __u32 flags, __u64 *offset);

/* Turning memory decode off removes every mapping of the BAR. */
int bar_decode_off(struct pfnmap_bar *bar);
int bar_decode_on(struct pfnmap_bar *bar);

/* A device that may save power maps nothing, and answers no access to a mapping, until it is woken. */
int bar_sleep(struct pfnmap_bar *bar);
int bar_wake_up(struct pfnmap_bar *bar);

/* Registers of BAR 0 through read() and write() of the device file. */
__u32 bar0_read(struct pfnmap_bar *bar, __u64 at);
int bar0_write(struct pfnmap_bar *bar, __u64 at, __u32 value);
bool bar_is_nvme(struct pfnmap_bar *bar);

/* Maps @size bytes of the BAR from @offset on, at @va or at an address that gives @level. */
void *bar_map_at(struct pfnmap_bar *bar, void *va, int prot, __u64 offset, __u64 size);
void *bar_map(struct pfnmap_bar *bar, enum pfnmap_level level, int prot, __u64 offset, __u64 size);

/* One read in each block. */
void bar_touch(void *va, __u64 size, __u64 step);

/* Maps memory of the process for the device, with BAR_DMA_READ or BAR_DMA_RW. */
int bar_dma_map(struct pfnmap_bar *bar, void *va, __u64 iova, __u64 size, __u32 flags);

/* Returns the bytes that were unmapped, or -errno. */
__s64 bar_dma_unmap(struct pfnmap_bar *bar, __u64 iova, __u64 size);

#endif /* _LIB_VFIO_H */

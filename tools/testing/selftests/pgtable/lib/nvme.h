/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Enough of an NVMe driver to make the device write 4 KiB at an IOVA: one Identify command.
 */
#ifndef _LIB_NVME_H
#define _LIB_NVME_H

#include "vfio.h"

struct nvme_memory;

struct pfnmap_nvme {
	struct pfnmap_bar *bar;
	struct nvme_memory *memory;
	unsigned int sent;
	__u64 id;	/* the first 8 bytes of what Identify writes */
};

/* Starts the controller; returns 0 or -errno, -ENODEV if the device is no NVMe controller. */
int nvme_open(struct pfnmap_nvme *nvme, struct pfnmap_bar *bar);
void nvme_close(struct pfnmap_nvme *nvme);

/*
 * Makes the device write 4 KiB at @iova, the first 8 bytes of them nvme->id. Returns 0, -errno or
 * the error of the device, which is positive.
 */
int nvme_identify(struct pfnmap_nvme *nvme, __u64 iova);

#endif /* _LIB_NVME_H */

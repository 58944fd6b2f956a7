// SPDX-License-Identifier: GPL-2.0
/*
 * Enough of an NVMe driver to make the device write 4 KiB at an IOVA: one Identify command.
 */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "nvme.h"

#define NVME_CC		0x14
#define NVME_CSTS	0x1c
#define NVME_AQA	0x24
#define NVME_ASQ	0x28
#define NVME_ACQ	0x30
#define NVME_SQ0_TAIL	0x1000
#define NVME_CQ0_HEAD	0x1004

#define NVME_CC_ENABLE	(4 << 20 | 6 << 16 | 1)	/* 16 and 64 byte entries */
#define NVME_DEPTH	2
#define NVME_QUEUES	(PFNMAP_IOVA - PFNMAP_1G)

struct nvme_command {
	__u32 opcode;
	__u32 nsid;
	__u64 reserved[2];
	__u64 prp1, prp2;
	__u32 cdw10[6];
};

struct nvme_completion {
	__u32 result[2];
	__u32 queue;
	__u32 status;	/* bit 16 is the phase, the bits above it the error */
};

/* What the device reads and writes: each its own 4 KiB, the device's page at any page size of ours. */
struct nvme_memory {
	struct nvme_command sq[64];
	struct nvme_completion cq[256];
	__u64 data[512];
};

/* What vfio maps for the device is whole pages. */
static __u64 nvme_memory_size(void)
{
	return pfnmap_align(sizeof(struct nvme_memory), PAGE_SIZE);
}

static int nvme_wait_ready(struct pfnmap_bar *bar, __u32 ready)
{
	int i;

	for (i = 0; i < 5000; i++) {
		if ((bar0_read(bar, NVME_CSTS) & 1) == ready)
			return 0;
		usleep(1000);
	}
	return -ETIMEDOUT;
}

static int nvme_set64(struct pfnmap_bar *bar, __u64 at, __u64 value)
{
	return bar0_write(bar, at, value) ?: bar0_write(bar, at + 4, value >> 32);
}

static int nvme_start(struct pfnmap_bar *bar)
{
	return bar0_write(bar, NVME_CC, 0) ?:
	       nvme_wait_ready(bar, 0) ?:
	       bar0_write(bar, NVME_AQA, (NVME_DEPTH - 1) << 16 | (NVME_DEPTH - 1)) ?:
	       nvme_set64(bar, NVME_ASQ, NVME_QUEUES) ?:
	       nvme_set64(bar, NVME_ACQ, NVME_QUEUES + offsetof(struct nvme_memory, cq)) ?:
	       bar0_write(bar, NVME_CC, NVME_CC_ENABLE) ?:
	       nvme_wait_ready(bar, 1);
}

/* The error of the device is positive. */
static int nvme_complete(struct pfnmap_nvme *nvme)
{
	__u32 *done = &nvme->memory->cq[nvme->sent % NVME_DEPTH].status, status;
	__u32 phase = !(nvme->sent / NVME_DEPTH % 2);
	int i;

	for (i = 0; i < 5000; i++) {
		status = __atomic_load_n(done, __ATOMIC_ACQUIRE);
		if ((status >> 16 & 1) == phase)
			break;
		usleep(1000);
	}
	if (i == 5000)
		return -ETIMEDOUT;
	nvme->sent++;
	return bar0_write(nvme->bar, NVME_CQ0_HEAD, nvme->sent % NVME_DEPTH) ?: (int)(status >> 17);
}

int nvme_identify(struct pfnmap_nvme *nvme, __u64 iova)
{
	nvme->memory->sq[nvme->sent % NVME_DEPTH] = (struct nvme_command) {
		.opcode = 0x06,
		.prp1 = iova,
		.cdw10 = { 1 },
	};
	return bar0_write(nvme->bar, NVME_SQ0_TAIL, (nvme->sent + 1) % NVME_DEPTH) ?:
	       nvme_complete(nvme);
}

int nvme_open(struct pfnmap_nvme *nvme, struct pfnmap_bar *bar)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
	const __u64 size = nvme_memory_size();
	int ret;

	if (!bar_is_nvme(bar))
		return -ENODEV;
	memset(nvme, 0, sizeof(*nvme));
	nvme->bar = bar;
	nvme->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (nvme->memory == MAP_FAILED)
		return -errno;
	ret = bar_dma_map(bar, nvme->memory, NVME_QUEUES, size, BAR_DMA_RW) ?:
	      nvme_start(bar) ?:
	      nvme_identify(nvme, NVME_QUEUES + offsetof(struct nvme_memory, data));
	nvme->id = nvme->memory->data[0];
	return ret ?: nvme->id ? 0 : -EIO;
}

void nvme_close(struct pfnmap_nvme *nvme)
{
	bar0_write(nvme->bar, NVME_CC, 0);
	nvme_wait_ready(nvme->bar, 0);
	bar_dma_unmap(nvme->bar, NVME_QUEUES, nvme_memory_size());
	munmap(nvme->memory, nvme_memory_size());
}

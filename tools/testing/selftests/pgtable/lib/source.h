/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where frames come from: a BAR of vfio-pci, or the fake BAR of the test device.
 *
 * Functions return 0 or -errno unless they say otherwise.
 */
#ifndef _LIB_SOURCE_H
#define _LIB_SOURCE_H

#include "level.h"
#include "lookup.h"
#include "vfio.h"

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

extern const struct pfnmap_kind vfio_kind;
/* The test device: faults map blocks in a vma of VM_IO and VM_PFNMAP, or of VM_MIXEDMAP alone. */
extern const struct pfnmap_kind device_kind;
extern const struct pfnmap_kind mixedmap_kind;
/* mmap() maps all of it, and there are no faults. */
extern const struct pfnmap_kind prefilled_kind;

/* Opens the source that a fixture variant names. */
int source_open(struct pfnmap_source *source, const struct pfnmap_kind *kind,
		enum pfnmap_level level);

/* Maps @size bytes of the BAR from @offset on, at @va or at an address that gives @level. */
void *source_map_at(struct pfnmap_source *source, void *va, int prot, __u64 offset, __u64 size);
void *source_map(struct pfnmap_source *source, enum pfnmap_level level, int prot,
		 __u64 offset, __u64 size);

/* Maps the first @size bytes by entries of the lowest level. */
void *source_map_pages(struct pfnmap_source *source, __u64 size);

int source_zap(struct pfnmap_source *source);

/* Unmaps a part of the BAR; only the test device can do that. */
bool can_zap_range(const struct pfnmap_source *source);
int device_zap_range(struct pfnmap_source *source, __u64 offset, __u64 size);

/* Tells the test device how to serve @source's mappings from now on. */
int device_serve(struct pfnmap_source *source, struct test_pfnmap_serve serve);

#endif /* _LIB_SOURCE_H */

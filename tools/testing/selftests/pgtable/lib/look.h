/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A look at a mapping, after which it must be the same: in entries, in page tables and in faults
 * left to take.
 */
#ifndef _LIB_LOOK_H
#define _LIB_LOOK_H

#include "mapping.h"
#include "proc.h"

/* Between these two is the look. The first one maps all blocks and returns kB of page tables. */
long before_look(void);
void after_look(long tables);

/* pagemap shows the entries of a VM_MIXEDMAP vma, and none of a VM_PFNMAP vma. */
void check_pagemap(const char *path, __u64 offset, __u64 count);
void check_pagemap_of_blocks(const char *path);

#endif /* _LIB_LOOK_H */

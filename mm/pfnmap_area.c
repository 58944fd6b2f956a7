// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses for mappings of pfns, where the largest page-table entries fit.
 *
 * A leaf at PUD or PMD level needs an address and a pfn that are congruent at its size. Only the
 * driver knows the pfn, and says it in file_operations->mmap_pfn(). Only mm knows the sizes and the
 * free addresses, so the choice is made here.
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pfn.h>
#include <linux/sched/mm.h>
#include <linux/sysctl.h>

#include "internal.h"

static int sysctl_pfnmap_align __read_mostly = 1;

/* Whether a block of @size bytes, aligned to its size, lies within @len bytes at @phys. */
static bool has_block(phys_addr_t phys, unsigned long len, unsigned long size)
{
	unsigned long head = -phys & (size - 1);

	return len >= head && len - head >= size;
}

/* The size of the largest leaf that maps a part of @len bytes at @phys, or 0 if only PTEs do. */
static unsigned long largest_leaf(phys_addr_t phys, unsigned long len)
{
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP) && has_transparent_pud_hugepage() &&
	    has_block(phys, len, PUD_SIZE))
		return PUD_SIZE;
	if (has_transparent_hugepage() && has_block(phys, len, PMD_SIZE))
		return PMD_SIZE;
	return 0;
}

/* Whether the kernel is to choose the address, without a limit to where it may be. */
static bool may_align(unsigned long addr, unsigned long len, unsigned long flags)
{
	return !addr && !(flags & (MAP_FIXED | MAP_32BIT)) && len >= PMD_SIZE &&
	       !in_compat_syscall() && READ_ONCE(sysctl_pfnmap_align) &&
	       !mm_flags_test(MMF_DISABLE_THP_COMPLETELY, current->mm);
}

/* Finds @len free bytes at an address that is congruent to @phys at @size. */
static unsigned long search_congruent(struct file *file, phys_addr_t phys, unsigned long size,
				      unsigned long len, unsigned long pgoff,
				      unsigned long flags, vma_flags_t vma_flags)
{
	unsigned long addr;

	/*
	 * So many bytes that exactly one address in them will do, top-down or bottom-up. The sum does
	 * not overflow: @len is at most TASK_SIZE.
	 */
	addr = mm_get_unmapped_area_vmaflags(file, 0, len + size - PAGE_SIZE, pgoff, flags,
					     vma_flags);
	if (IS_ERR_VALUE(addr))
		return addr;
	return addr + ((phys - addr) & (size - 1));
}

/**
 * pfnmap_get_unmapped_area - choose an address for a mapping of pfns
 * @file: the file, with ->mmap_pfn()
 * @addr: the address that the caller would like, or 0
 * @len: length of the mapping, in bytes
 * @pgoff: offset in @file, in pages
 * @flags: MAP_* flags
 * @vma_flags: flags that the vma will have
 *
 * If the caller leaves the choice to the kernel, the address is congruent to the first pfn, at
 * PUD_SIZE or else PMD_SIZE, for the largest leaf of which one fits into the mapping. A second
 * search, as for any other file, is made if no gap is large enough for that.
 *
 * Context: the mmap lock is held for writing.
 * Return: the address, or what mm_get_unmapped_area() fails with.
 */
unsigned long pfnmap_get_unmapped_area(struct file *file, unsigned long addr, unsigned long len,
				       unsigned long pgoff, unsigned long flags,
				       vma_flags_t vma_flags)
{
	unsigned long pfn, congruent, size = 0;

	if (may_align(addr, len, flags) && !file->f_op->mmap_pfn(file, pgoff, &pfn))
		size = largest_leaf(PFN_PHYS(pfn), len);
	if (size) {
		congruent = search_congruent(file, PFN_PHYS(pfn), size, len, pgoff, flags,
					     vma_flags);
		/* A search that found no room below mmap_base takes what is left for the stack. */
		if (!IS_ERR_VALUE(congruent) &&
		    (!mm_flags_test(MMF_TOPDOWN, current->mm) ||
		     congruent + len <= current->mm->mmap_base))
			return congruent;
	}
	return mm_get_unmapped_area_vmaflags(file, addr, len, pgoff, flags, vma_flags);
}

#ifdef CONFIG_SYSCTL
static const struct ctl_table pfnmap_area_table[] = {
	{
		.procname	= "pfnmap_align",
		.data		= &sysctl_pfnmap_align,
		.maxlen		= sizeof(sysctl_pfnmap_align),
		.mode		= 0644,
		.proc_handler	= proc_dointvec_minmax,
		.extra1		= SYSCTL_ZERO,
		.extra2		= SYSCTL_ONE,
	},
};

static int __init pfnmap_area_init(void)
{
	register_sysctl_init("vm", pfnmap_area_table);
	return 0;
}
late_initcall(pfnmap_area_init);
#endif

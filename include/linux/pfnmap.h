/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings of frame numbers: what mm/pfnmap/ has that C has not, or has for itself.
 */
#ifndef _LINUX_PFNMAP_H
#define _LINUX_PFNMAP_H

#include <linux/huge_mm.h>
#include <linux/mm.h>

#ifdef CONFIG_RUST_PFNMAP

/**
 * vmf_insert_pfn_order - insert a block of frames by one entry
 * @vmf: the fault, which also says whether the entry is to be writable at once
 * @pfn: the first frame of the block, a multiple of its size
 * @order: the size of the block, in powers of two of pages: 0 in ->fault, and in ->huge_fault
 *         the order of the fault
 *
 * The block is mapped at the block of addresses around the one that faulted. After a write
 * it is writable and dirty at once, without ->pfn_mkwrite.
 *
 * Context: as vmf_insert_pfn(); the vma lock or the mmap lock is held.
 * Return: VM_FAULT_NOPAGE if it is mapped; VM_FAULT_FALLBACK if this order cannot be: none
 * of the above, or a block of frames or addresses that does not fit; VM_FAULT_OOM without memory
 * for a table; VM_FAULT_SIGBUS for a vma or frames that must not be mapped.
 */
vm_fault_t vmf_insert_pfn_order(struct vm_fault *vmf, unsigned long pfn, unsigned int order);

int copy_special_pmd(struct mm_struct *dst_mm, struct mm_struct *src_mm, pmd_t *dst_pmd,
		     pmd_t *src_pmd, unsigned long addr, struct vm_area_struct *src_vma);

/* What is special and owns a reference all the same: the huge zero page, which DAX maps. */
static inline bool pmd_is_special_leaf(pmd_t pmd)
{
	return pmd_present(pmd) && pmd_special(pmd) && !is_huge_zero_pmd(pmd);
}

/* As copy_huge_pmd(), for special entries too. A vma with VM_PFNMAP has no other leaves. */
static inline int copy_leaf_pmd(struct mm_struct *dst_mm, struct mm_struct *src_mm,
				pmd_t *dst_pmd, pmd_t *src_pmd, unsigned long addr,
				struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) &&
	    (src_vma->vm_flags & VM_PFNMAP || pmd_is_special_leaf(pmdp_get_lockless(src_pmd))))
		return copy_special_pmd(dst_mm, src_mm, dst_pmd, src_pmd, addr, src_vma);
	return copy_huge_pmd(dst_mm, src_mm, dst_pmd, src_pmd, addr, dst_vma, src_vma);
}

#else

static inline vm_fault_t vmf_insert_pfn_order(struct vm_fault *vmf, unsigned long pfn,
					      unsigned int order)
{
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	if (!order)
		return vmf_insert_pfn(vmf->vma, vmf->address, pfn);
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) && order == PMD_ORDER)
		return vmf_insert_pfn_pmd(vmf, pfn, write);
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP) && order == PUD_ORDER)
		return vmf_insert_pfn_pud(vmf, pfn, write);
	return VM_FAULT_FALLBACK;
}

#define copy_leaf_pmd	copy_huge_pmd

#endif /* CONFIG_RUST_PFNMAP */

#endif /* _LINUX_PFNMAP_H */

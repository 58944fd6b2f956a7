/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings of frame numbers: what C code calls in mm/pfnmap/.
 */
#ifndef _LINUX_PFNMAP_H
#define _LINUX_PFNMAP_H

#include <linux/huge_mm.h>
#include <linux/memory-failure.h>
#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/vmstat.h>

/* Count a page that memory_failure() has taken out of a page table. */
static inline void count_pfnmap_poison(void)
{
#ifdef CONFIG_RUST_PGTABLE
	count_vm_event(PFNMAP_POISON);
#endif
}

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
 * Without CONFIG_RUST_PFNMAP, calls vmf_insert_pfn(), vmf_insert_pfn_pmd() or
 * vmf_insert_pfn_pud() of C. These BUG() on a vma with neither or both of VM_PFNMAP and
 * VM_MIXEDMAP. At order 0 the entry is clean, and read-only if the vma wants write
 * notification: the write may fault again.
 *
 * Context: as vmf_insert_pfn(); the vma lock or the mmap lock is held.
 * Return: VM_FAULT_NOPAGE if it is mapped; VM_FAULT_FALLBACK if this order cannot be: an
 * order that is not one of a level, or a block of frames or addresses that does not fit;
 * VM_FAULT_OOM without memory for a table; VM_FAULT_SIGBUS for a vma or frames that must not
 * be mapped; VM_FAULT_HWPOISON for a page that is poisoned.
 */
vm_fault_t vmf_insert_pfn_order(struct vm_fault *vmf, unsigned long pfn, unsigned int order);

int copy_special_pmd(struct mm_struct *dst_mm, struct mm_struct *src_mm, pmd_t *dst_pmd,
		     pmd_t *src_pmd, unsigned long addr, struct vm_area_struct *src_vma);

static inline bool vma_may_map_special(struct vm_area_struct *vma)
{
	return vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP);
}

/* As copy_huge_pmd(), for special entries too. What maps a folio of a file faults back. */
static inline int copy_leaf_pmd(struct mm_struct *dst_mm, struct mm_struct *src_mm,
				pmd_t *dst_pmd, pmd_t *src_pmd, unsigned long addr,
				struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) &&
	    (src_vma->vm_flags & VM_PFNMAP ||
	     (src_vma->vm_flags & VM_MIXEDMAP && !vma_is_anonymous(src_vma))))
		return copy_special_pmd(dst_mm, src_mm, dst_pmd, src_pmd, addr, src_vma);
	return copy_huge_pmd(dst_mm, src_mm, dst_pmd, src_pmd, addr, dst_vma, src_vma);
}

int __split_special_address(struct vm_area_struct *vma, unsigned long addr);
void __try_split_special_address(struct vm_area_struct *vma, unsigned long addr);
bool __split_special_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr);
bool __split_special_pud(struct vm_area_struct *vma, pud_t *pud, unsigned long addr);

/**
 * split_special_address - split the special leaves that straddle an address
 * @vma: the vma; write-locked here if it has VM_PFNMAP or VM_MIXEDMAP
 * @addr: the address, in bytes
 *
 * Each special leaf that @addr cuts becomes a table of leaves of the next lower level, in place:
 * a PUD one of PMDs, and one of these a table of PTEs. Frames and bits of the entries stay. The
 * range of the largest such leaf is invalidated in secondary MMUs.
 *
 * Context: may sleep; the mmap lock is held for writing.
 * Return: 0, or -ENOMEM without memory for the tables, and then nothing has changed.
 */
static inline int split_special_address(struct vm_area_struct *vma, unsigned long addr)
{
	if (!IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) || !vma_may_map_special(vma))
		return 0;
	/* No leaf crosses the ends of a vma. */
	if (addr <= vma->vm_start || addr >= vma->vm_end)
		return 0;
	return __split_special_address(vma, addr);
}

/* As split_special_address(), for a caller that can do without the split: does not reclaim. */
static inline void try_split_special_address(struct vm_area_struct *vma, unsigned long addr)
{
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) && vma_may_map_special(vma))
		__try_split_special_address(vma, addr);
}

/**
 * split_special_pmd - make a special leaf a table of PTEs, in place
 * @vma: the vma
 * @pmd: the entry
 * @addr: an address that it maps, in bytes
 *
 * Context: does not sleep; the mmap lock, the vma lock or the i_mmap_rwsem is held, and
 * mmu_notifier_invalidate_range_start() was called for the whole leaf.
 * Return: false if something is left that is split by other means or, without memory, dropped.
 */
static inline bool split_special_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	return IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) && vma_may_map_special(vma) &&
	       __split_special_pmd(vma, pmd, addr);
}

/* As split_special_pmd(), one level up. */
static inline bool split_special_pud(struct vm_area_struct *vma, pud_t *pud, unsigned long addr)
{
	return IS_ENABLED(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP) && vma_may_map_special(vma) &&
	       __split_special_pud(vma, pud, addr);
}

#else

static inline int split_special_address(struct vm_area_struct *vma, unsigned long addr)
{
	return 0;
}

static inline void try_split_special_address(struct vm_area_struct *vma, unsigned long addr)
{
}

static inline bool split_special_pmd(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	return false;
}

static inline bool split_special_pud(struct vm_area_struct *vma, pud_t *pud, unsigned long addr)
{
	return false;
}

/* Without an MMU there need not be a PMD_ORDER. */
#ifdef CONFIG_MMU
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
#endif

#define copy_leaf_pmd	copy_huge_pmd

#endif /* CONFIG_RUST_PFNMAP */

#endif /* _LINUX_PFNMAP_H */

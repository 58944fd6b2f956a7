/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leaf PUDs in user space: blocks of 1 GiB, which 4 KiB pages have at level 1, the table of PUDs
 * folded into the one above or not.
 *
 * The CPU may set the accessed flag, and clear PTE_RDONLY of an entry with PTE_DBM, at any time. So
 * a valid entry is changed by one atomic operation, and an exchange returns what it was.
 */
#ifndef __ASM_PGTABLE_PUD_H
#define __ASM_PGTABLE_PUD_H

/* From asm/pgtable.h only, which has what this stands on. */
#ifndef __ASM_PGTABLE_H
#error "include <linux/pgtable.h> instead"
#endif

#ifdef CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD
#define pud_dirty(pud)		pte_dirty(pud_pte(pud))
#define pud_wrprotect(pud)	pte_pud(pte_wrprotect(pud_pte(pud)))
#define pud_mkold(pud)		pte_pud(pte_mkold(pud_pte(pud)))
#define pud_mkclean(pud)	pte_pud(pte_mkclean(pud_pte(pud)))
#define pud_mkdirty(pud)	pte_pud(pte_mkdirty(pud_pte(pud)))
#define pud_mkwrite(pud)	pud_mkwrite_novma(pud)
#define pud_mkinvalid(pud)	pte_pud(pte_mkinvalid(pud_pte(pud)))
#endif

#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
#define pud_special(pud)	pte_special(pud_pte(pud))
#define pud_mkspecial(pud)	pte_pud(pte_mkspecial(pud_pte(pud)))
#endif

#if defined(CONFIG_TRANSPARENT_HUGEPAGE) && defined(CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD)

static inline int pud_trans_huge(pud_t pud)
{
	/* As pmd_trans_huge(), although no table of PMDs is ever present-invalid. */
	return pud_present(pud) && !pud_table(__pud(pud_val(pud) | PTE_VALID));
}

/* The bit that tells a block from a page or a table stays. */
static inline pud_t pud_modify(pud_t pud, pgprot_t newprot)
{
	return pte_pud(pte_modify(pud_pte(pud), newprot));
}

static inline int pudp_set_access_flags(struct vm_area_struct *vma, unsigned long address,
					pud_t *pudp, pud_t entry, int dirty)
{
	return __ptep_set_access_flags_anysz(vma, address, (pte_t *)pudp, pud_pte(entry), dirty,
					     PUD_SIZE);
}

static inline bool pudp_test_and_clear_young(struct vm_area_struct *vma, unsigned long address,
					     pud_t *pudp)
{
	return __ptep_test_and_clear_young(vma, address, (pte_t *)pudp);
}

#define __HAVE_ARCH_PUDP_HUGE_GET_AND_CLEAR
static inline pud_t pudp_huge_get_and_clear(struct mm_struct *mm, unsigned long address,
					    pud_t *pudp)
{
	return pte_pud(__ptep_get_and_clear_anysz(mm, address, (pte_t *)pudp, PUD_SIZE));
}

#define __HAVE_ARCH_PUDP_SET_WRPROTECT
static inline void pudp_set_wrprotect(struct mm_struct *mm, unsigned long address, pud_t *pudp)
{
	__ptep_set_wrprotect(mm, address, (pte_t *)pudp);
}

static inline pud_t pudp_establish(struct vm_area_struct *vma, unsigned long address, pud_t *pudp,
				   pud_t pud)
{
	page_table_check_pud_set(vma->vm_mm, address, pudp, pud);
	return __pud(xchg_relaxed(&pud_val(*pudp), pud_val(pud)));
}

/* The break of break-before-make: no CPU uses or updates the old entry when this returns. */
static inline pud_t pudp_invalidate(struct vm_area_struct *vma, unsigned long address, pud_t *pudp)
{
	pud_t old = READ_ONCE(*pudp);

	VM_WARN_ON_ONCE(!pud_present(old));
	old = pudp_establish(vma, address, pudp, pud_mkinvalid(old));
	flush_pud_tlb_range(vma, address, address + PUD_SIZE);
	return old;
}

static inline void update_mmu_cache_pud(struct vm_area_struct *vma, unsigned long address,
					pud_t *pudp)
{
}

/* This CPU's TLB may hold the entry read-only, after another CPU has made it dirty. */
#define flush_tlb_fix_spurious_fault_pud flush_tlb_fix_spurious_fault_pud
static inline void flush_tlb_fix_spurious_fault_pud(struct vm_area_struct *vma,
						    unsigned long address, pud_t *pudp)
{
	__flush_tlb_range(vma, address, address + 1, PUD_SIZE, 1,
			  TLBF_NOBROADCAST | TLBF_NONOTIFY | TLBF_NOWALKCACHE);
}

#endif /* CONFIG_TRANSPARENT_HUGEPAGE && CONFIG_HAVE_ARCH_TRANSPARENT_HUGEPAGE_PUD */

#endif /* __ASM_PGTABLE_PUD_H */

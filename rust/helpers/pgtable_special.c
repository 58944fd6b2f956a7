// SPDX-License-Identifier: GPL-2.0

#include <linux/huge_mm.h>
#include <linux/memory-failure.h>
#include <linux/mm.h>
#include <linux/pfnmap.h>
#include <linux/pgtable.h>
#include <linux/spinlock.h>

/* Entries that Rust makes: what they are made of, and where they go. */

__rust_helper void rust_helper_spin_lock_nested(spinlock_t *lock, int subclass)
{
	spin_lock_nested(lock, subclass);
}

/* Whether the frame matters to a protection: C asks for it in pfn_modify_allowed() only. */
__rust_helper bool rust_helper_pgprot_needs_invert(pgprot_t prot)
{
#ifdef CONFIG_X86
	return __pte_needs_invert(pgprot_val(prot));
#else
	return false;
#endif
}

#ifndef __HAVE_ARCH_PFN_MODIFY_ALLOWED
__rust_helper bool rust_helper_pfn_modify_allowed(unsigned long pfn, pgprot_t prot)
{
	return pfn_modify_allowed(pfn, prot);
}
#endif

__rust_helper bool rust_helper_pfn_valid(unsigned long pfn)
{
	return pfn_valid(pfn);
}

__rust_helper void rust_helper_pfnmap_setup_cachemode_pfn(unsigned long pfn, pgprot_t *prot)
{
	pfnmap_setup_cachemode_pfn(pfn, prot);
}

__rust_helper pgprot_t rust_helper_pgprot_noncached(pgprot_t prot)
{
	return pgprot_noncached(prot);
}

__rust_helper bool rust_helper_pfn_range_poisoned(unsigned long pfn, unsigned long nr)
{
	return pfn_range_poisoned(pfn, nr);
}

#ifndef CONFIG_MEMORY_FAILURE
__rust_helper int rust_helper_register_pfn_address_space(struct pfn_address_space *pfn_space)
{
	return register_pfn_address_space(pfn_space);
}

__rust_helper void rust_helper_unregister_pfn_address_space(struct pfn_address_space *pfn_space)
{
	unregister_pfn_address_space(pfn_space);
}
#endif

/* The first frame number that no entry can hold. */
__rust_helper unsigned long rust_helper_pfn_limit(void)
{
#ifdef CONFIG_X86
	return PHYS_PFN(__PHYSICAL_MASK) + 1;
#else
	return PHYS_PFN(PHYS_MASK) + 1;
#endif
}

__rust_helper pgprot_t rust_helper_pgprot_decrypted(pgprot_t prot)
{
	return pgprot_decrypted(prot);
}

/* Whether an entry can hold the number: memory encryption may take a bit from the middle. */
__rust_helper bool rust_helper_pfn_fits(unsigned long pfn)
{
#ifdef CONFIG_X86
	return !(pfn & ~(unsigned long)PHYS_PFN(__PHYSICAL_MASK));
#else
	/* Every entry holds 48 bits; for more, PHYS_MASK looks at a register. */
	return !(pfn >> (48 - PAGE_SHIFT)) || pfn <= PHYS_PFN(PHYS_MASK);
#endif
}

/* PTE level. */

__rust_helper pte_t rust_helper_pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return pfn_pte(pfn, prot);
}

__rust_helper pte_t rust_helper_pte_mkspecial(pte_t pte)
{
	return pte_mkspecial(pte);
}

__rust_helper pte_t rust_helper_pte_mkyoung(pte_t pte)
{
	return pte_mkyoung(pte);
}

__rust_helper pte_t rust_helper_pte_mkdirty(pte_t pte)
{
	return pte_mkdirty(pte);
}

__rust_helper pte_t rust_helper_pte_mkold(pte_t pte)
{
	return pte_mkold(pte);
}

__rust_helper pte_t rust_helper_pte_wrprotect(pte_t pte)
{
	return pte_wrprotect(pte);
}

__rust_helper pte_t rust_helper_maybe_pte_mkwrite(pte_t pte, struct vm_area_struct *vma)
{
	return maybe_mkwrite(pte, vma);
}

__rust_helper void rust_helper_set_pte_at(struct mm_struct *mm, unsigned long addr,
					pte_t *ptep, pte_t pte)
{
	set_pte_at(mm, addr, ptep, pte);
}

__rust_helper void rust_helper_update_mmu_cache(struct vm_area_struct *vma, unsigned long addr,
						 pte_t *ptep)
{
	update_mmu_cache(vma, addr, ptep);
}

__rust_helper int rust_helper_ptep_set_access_flags(struct vm_area_struct *vma,
						    unsigned long addr, pte_t *ptep,
						    pte_t entry, int dirty)
{
	return ptep_set_access_flags(vma, addr, ptep, entry, dirty);
}

__rust_helper bool rust_helper_pte_alloc(struct mm_struct *mm, pmd_t *pmdp)
{
	return pte_alloc(mm, pmdp);
}

#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
/* PMD level. */

__rust_helper pmd_t rust_helper_pfn_pmd(unsigned long pfn, pgprot_t prot)
{
	return pfn_pmd(pfn, prot);
}

__rust_helper pmd_t rust_helper_pmd_mkhuge(pmd_t pmd)
{
	return pmd_mkhuge(pmd);
}

__rust_helper bool rust_helper_is_huge_zero_pmd(pmd_t pmd)
{
	return is_huge_zero_pmd(pmd);
}

__rust_helper pmd_t rust_helper_pmd_mkspecial(pmd_t pmd)
{
	return pmd_mkspecial(pmd);
}

__rust_helper pmd_t rust_helper_pmd_mkyoung(pmd_t pmd)
{
	return pmd_mkyoung(pmd);
}

__rust_helper pmd_t rust_helper_pmd_mkdirty(pmd_t pmd)
{
	return pmd_mkdirty(pmd);
}

__rust_helper pmd_t rust_helper_pmd_mkold(pmd_t pmd)
{
	return pmd_mkold(pmd);
}

__rust_helper pmd_t rust_helper_pmd_wrprotect(pmd_t pmd)
{
	return pmd_wrprotect(pmd);
}

/* C has it for itself in mm/internal.h. */
__rust_helper pmd_t rust_helper_maybe_pmd_mkwrite(pmd_t pmd, struct vm_area_struct *vma)
{
	return likely(vma->vm_flags & VM_WRITE) ? pmd_mkwrite(pmd, vma) : pmd;
}

__rust_helper void rust_helper_set_pmd_at(struct mm_struct *mm, unsigned long addr,
					pmd_t *pmdp, pmd_t pmd)
{
	set_pmd_at(mm, addr, pmdp, pmd);
}

__rust_helper void rust_helper_update_mmu_cache_pmd(struct vm_area_struct *vma, unsigned long addr,
						 pmd_t *pmdp)
{
	update_mmu_cache_pmd(vma, addr, pmdp);
}

__rust_helper int rust_helper_pmdp_set_access_flags(struct vm_area_struct *vma,
						    unsigned long addr, pmd_t *pmdp,
						    pmd_t entry, int dirty)
{
	return pmdp_set_access_flags(vma, addr, pmdp, entry, dirty);
}

__rust_helper spinlock_t *rust_helper_pmd_lockptr(struct mm_struct *mm, pmd_t *pmdp)
{
	return pmd_lockptr(mm, pmdp);
}

__rust_helper void rust_helper_pmdp_set_wrprotect(struct mm_struct *mm, unsigned long addr,
						 pmd_t *pmdp)
{
	pmdp_set_wrprotect(mm, addr, pmdp);
}
#endif

#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
/* PUD level. */

__rust_helper pud_t rust_helper_pfn_pud(unsigned long pfn, pgprot_t prot)
{
	return pfn_pud(pfn, prot);
}

__rust_helper pud_t rust_helper_pud_mkhuge(pud_t pud)
{
	return pud_mkhuge(pud);
}

__rust_helper pud_t rust_helper_pud_mkspecial(pud_t pud)
{
	return pud_mkspecial(pud);
}

__rust_helper pud_t rust_helper_pud_mkyoung(pud_t pud)
{
	return pud_mkyoung(pud);
}

__rust_helper pud_t rust_helper_pud_mkdirty(pud_t pud)
{
	return pud_mkdirty(pud);
}

__rust_helper pud_t rust_helper_pud_mkold(pud_t pud)
{
	return pud_mkold(pud);
}

__rust_helper pud_t rust_helper_pud_wrprotect(pud_t pud)
{
	return pud_wrprotect(pud);
}

/* C has it for itself in mm/huge_memory.c. */
__rust_helper pud_t rust_helper_maybe_pud_mkwrite(pud_t pud, struct vm_area_struct *vma)
{
	return likely(vma->vm_flags & VM_WRITE) ? pud_mkwrite(pud) : pud;
}

__rust_helper void rust_helper_set_pud_at(struct mm_struct *mm, unsigned long addr,
					pud_t *pudp, pud_t pud)
{
	set_pud_at(mm, addr, pudp, pud);
}

__rust_helper void rust_helper_update_mmu_cache_pud(struct vm_area_struct *vma, unsigned long addr,
						 pud_t *pudp)
{
	update_mmu_cache_pud(vma, addr, pudp);
}

__rust_helper int rust_helper_pudp_set_access_flags(struct vm_area_struct *vma,
						    unsigned long addr, pud_t *pudp,
						    pud_t entry, int dirty)
{
	return pudp_set_access_flags(vma, addr, pudp, entry, dirty);
}

__rust_helper spinlock_t *rust_helper_pud_lockptr(struct mm_struct *mm, pud_t *pudp)
{
	return pud_lockptr(mm, pudp);
}

__rust_helper void rust_helper_pudp_set_wrprotect(struct mm_struct *mm, unsigned long addr,
						 pud_t *pudp)
{
	pudp_set_wrprotect(mm, addr, pudp);
}
#endif

#ifndef CONFIG_RUST_PFNMAP
__rust_helper vm_fault_t rust_helper_vmf_insert_pfn_order(struct vm_fault *vmf, unsigned long pfn,
							  unsigned int order)
{
	return vmf_insert_pfn_order(vmf, pfn, order);
}
#endif

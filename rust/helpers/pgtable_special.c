// SPDX-License-Identifier: GPL-2.0

#include <linux/huge_mm.h>
#include <linux/memory-failure.h>
#include <linux/mm.h>
#include <linux/pfnmap.h>
#include <linux/pgtable.h>
#include <linux/spinlock.h>
#include <asm/pgtable-pfnmap.h>

/* Entries that Rust makes: what they are made of, and where they go. */

__rust_helper void rust_helper_spin_lock_nested(spinlock_t *lock, int subclass)
{
	spin_lock_nested(lock, subclass);
}

__rust_helper bool rust_helper_pgprot_needs_invert(pgprot_t prot)
{
	return pgprot_needs_invert(prot);
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

__rust_helper unsigned long rust_helper_pfn_limit(void)
{
	return pfn_limit();
}

__rust_helper pgprot_t rust_helper_pgprot_decrypted(pgprot_t prot)
{
	return pgprot_decrypted(prot);
}

__rust_helper bool rust_helper_pfn_fits(unsigned long pfn)
{
	return pfn_fits(pfn);
}

/* How a leaf with the special bit is made and changed, at every level that has the bit. */
#define PGTABLE_SPECIAL(level, entry_t)								\
__rust_helper entry_t rust_helper_pfn_##level(unsigned long pfn, pgprot_t prot)			\
{												\
	return pfn_##level(pfn, prot);								\
}												\
												\
__rust_helper entry_t rust_helper_##level##_mkspecial(entry_t entry)				\
{												\
	return level##_mkspecial(entry);							\
}												\
												\
__rust_helper entry_t rust_helper_##level##_mkyoung(entry_t entry)				\
{												\
	return level##_mkyoung(entry);								\
}												\
												\
__rust_helper entry_t rust_helper_##level##_mkdirty(entry_t entry)				\
{												\
	return level##_mkdirty(entry);								\
}												\
												\
__rust_helper bool rust_helper_##level##_dirty(entry_t entry)					\
{												\
	return level##_dirty(entry);								\
}												\
												\
__rust_helper entry_t rust_helper_##level##_mkold(entry_t entry)				\
{												\
	return level##_mkold(entry);								\
}												\
												\
__rust_helper entry_t rust_helper_##level##_wrprotect(entry_t entry)				\
{												\
	return level##_wrprotect(entry);							\
}												\
												\
__rust_helper void rust_helper_set_##level##_at(struct mm_struct *mm, unsigned long addr,	\
						entry_t *ptr, entry_t entry)			\
{												\
	set_##level##_at(mm, addr, ptr, entry);							\
}												\
												\
__rust_helper int rust_helper_##level##p_set_access_flags(struct vm_area_struct *vma,		\
							  unsigned long addr,			\
							  entry_t *ptr,				\
							  entry_t entry, int dirty)		\
{												\
	return level##p_set_access_flags(vma, addr, ptr, entry, dirty);				\
}

/* How it is made and changed above the level of pages. */
#define PGTABLE_HUGE(level, entry_t)							\
__rust_helper entry_t rust_helper_##level##_mkhuge(entry_t entry)			\
{											\
	return level##_mkhuge(entry);							\
}											\
											\
__rust_helper void rust_helper_update_mmu_cache_##level(struct vm_area_struct *vma,	\
							unsigned long addr,		\
							entry_t *ptr)			\
{											\
	update_mmu_cache_##level(vma, addr, ptr);					\
}											\
											\
__rust_helper spinlock_t *rust_helper_##level##_lockptr(struct mm_struct *mm,		\
							entry_t *ptr)			\
{											\
	return level##_lockptr(mm, ptr);						\
}											\
											\
__rust_helper void rust_helper_##level##p_set_wrprotect(struct mm_struct *mm,		\
							unsigned long addr,		\
							entry_t *ptr)			\
{											\
	level##p_set_wrprotect(mm, addr, ptr);						\
}											\
											\
__rust_helper entry_t rust_helper_##level##p_invalidate(struct vm_area_struct *vma,	\
							  unsigned long addr,		\
							  entry_t *ptr)			\
{											\
	return level##p_invalidate(vma, addr, ptr);					\
}											\
											\
__rust_helper pgprot_t rust_helper_##level##_pgprot_below(entry_t entry)		\
{											\
	return level##_pgprot_below(entry);						\
}

PGTABLE_SPECIAL(pte, pte_t)
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
PGTABLE_SPECIAL(pmd, pmd_t)
PGTABLE_HUGE(pmd, pmd_t)
#endif
#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
PGTABLE_SPECIAL(pud, pud_t)
PGTABLE_HUGE(pud, pud_t)
#endif

#undef PGTABLE_SPECIAL
#undef PGTABLE_HUGE

__rust_helper pte_t rust_helper_maybe_pte_mkwrite(pte_t pte, struct vm_area_struct *vma)
{
	return maybe_mkwrite(pte, vma);
}

__rust_helper void rust_helper_update_mmu_cache(struct vm_area_struct *vma, unsigned long addr,
						pte_t *ptep)
{
	update_mmu_cache(vma, addr, ptep);
}

__rust_helper bool rust_helper_pte_alloc(struct mm_struct *mm, pmd_t *pmdp)
{
	return pte_alloc(mm, pmdp);
}

#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
__rust_helper bool rust_helper_is_huge_zero_pmd(pmd_t pmd)
{
	return is_huge_zero_pmd(pmd);
}

/* C has it for itself in mm/internal.h. */
__rust_helper pmd_t rust_helper_maybe_pmd_mkwrite(pmd_t pmd, struct vm_area_struct *vma)
{
	return likely(vma->vm_flags & VM_WRITE) ? pmd_mkwrite(pmd, vma) : pmd;
}
#endif

#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
/* C has it for itself in mm/huge_memory.c. */
__rust_helper pud_t rust_helper_maybe_pud_mkwrite(pud_t pud, struct vm_area_struct *vma)
{
	return likely(vma->vm_flags & VM_WRITE) ? pud_mkwrite(pud) : pud;
}
#endif

#ifndef CONFIG_RUST_PFNMAP
__rust_helper vm_fault_t rust_helper_vmf_insert_pfn_order(struct vm_fault *vmf, unsigned long pfn,
							  unsigned int order)
{
	return vmf_insert_pfn_order(vmf, pfn, order);
}
#endif

// SPDX-License-Identifier: GPL-2.0

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/spinlock.h>

/* The way down to the first level that can hold a leaf. */

__rust_helper pgd_t *rust_helper_pgd_offset(struct mm_struct *mm, unsigned long addr)
{
	return pgd_offset(mm, addr);
}

/* In one helper, so that the test is a branch: C's static keys do not survive a bool. */
__rust_helper bool rust_helper_pgd_none_or_bad(pgd_t *pgdp)
{
	return pgd_none(*pgdp) || unlikely(pgd_bad(*pgdp));
}

__rust_helper p4d_t *rust_helper_p4d_offset(pgd_t *pgdp, unsigned long addr)
{
	return p4d_offset(pgdp, addr);
}

__rust_helper bool rust_helper_p4d_none_or_bad(p4d_t *p4dp)
{
	p4d_t p4d = p4dp_get(p4dp);

	return p4d_none(p4d) || unlikely(p4d_bad(p4d));
}

__rust_helper pud_t *rust_helper_pud_offset(p4d_t *p4dp, unsigned long addr)
{
	return pud_offset(p4dp, addr);
}

__rust_helper pmd_t *rust_helper_pmd_offset(pud_t *pudp, unsigned long addr)
{
	return pmd_offset(pudp, addr);
}

__rust_helper u64 rust_helper_pgprot_val(pgprot_t prot)
{
	return pgprot_val(prot);
}

/* PTE level. */

__rust_helper void rust_helper_pte_unmap(pte_t *ptep)
{
	pte_unmap(ptep);
}

__rust_helper pte_t rust_helper_ptep_get(pte_t *ptep)
{
	return ptep_get(ptep);
}

__rust_helper bool rust_helper_pte_none(pte_t pte)
{
	return pte_none(pte);
}

__rust_helper bool rust_helper_pte_present(pte_t pte)
{
	return pte_present(pte);
}

__rust_helper bool rust_helper_pte_write(pte_t pte)
{
	return pte_write(pte);
}

__rust_helper bool rust_helper_pte_special(pte_t pte)
{
	return pte_special(pte);
}

__rust_helper unsigned long rust_helper_pte_pfn(pte_t pte)
{
	return pte_pfn(pte);
}

__rust_helper pgprot_t rust_helper_pte_pgprot(pte_t pte)
{
	return pte_pgprot(pte);
}

/* PMD level. */

__rust_helper spinlock_t *rust_helper_pmd_lock(struct mm_struct *mm, pmd_t *pmdp)
{
	return pmd_lock(mm, pmdp);
}

__rust_helper pmd_t rust_helper_pmdp_get(pmd_t *pmdp)
{
	return pmdp_get(pmdp);
}

__rust_helper pmd_t rust_helper_pmdp_get_lockless(pmd_t *pmdp)
{
	return pmdp_get_lockless(pmdp);
}

__rust_helper bool rust_helper_pmd_none(pmd_t pmd)
{
	return pmd_none(pmd);
}

__rust_helper bool rust_helper_pmd_present(pmd_t pmd)
{
	return pmd_present(pmd);
}

__rust_helper bool rust_helper_pmd_leaf(pmd_t pmd)
{
	return pmd_leaf(pmd);
}

__rust_helper bool rust_helper_pmd_write(pmd_t pmd)
{
	return pmd_write(pmd);
}

__rust_helper bool rust_helper_pmd_special(pmd_t pmd)
{
	return pmd_special(pmd);
}

__rust_helper unsigned long rust_helper_pmd_pfn(pmd_t pmd)
{
	return pmd_pfn(pmd);
}

__rust_helper pgprot_t rust_helper_pmd_pgprot(pmd_t pmd)
{
	return pmd_pgprot(pmd);
}

/* PUD level. */

__rust_helper spinlock_t *rust_helper_pud_lock(struct mm_struct *mm, pud_t *pudp)
{
	return pud_lock(mm, pudp);
}

__rust_helper pud_t rust_helper_pudp_get(pud_t *pudp)
{
	return pudp_get(pudp);
}

/* No 64-bit architecture tears a PUD, so C has no pudp_get_lockless(). */
__rust_helper pud_t rust_helper_pudp_get_lockless(pud_t *pudp)
{
	return pudp_get(pudp);
}

__rust_helper bool rust_helper_pud_none(pud_t pud)
{
	return pud_none(pud);
}

__rust_helper bool rust_helper_pud_present(pud_t pud)
{
	return pud_present(pud);
}

__rust_helper bool rust_helper_pud_leaf(pud_t pud)
{
	return pud_leaf(pud);
}

__rust_helper bool rust_helper_pud_write(pud_t pud)
{
	return pud_write(pud);
}

__rust_helper bool rust_helper_pud_special(pud_t pud)
{
	return pud_special(pud);
}

__rust_helper unsigned long rust_helper_pud_pfn(pud_t pud)
{
	return pud_pfn(pud);
}

__rust_helper pgprot_t rust_helper_pud_pgprot(pud_t pud)
{
	return pud_pgprot(pud);
}

/* What callers of follow_pfnmap_start() must hold: C keeps its own copy in mm/memory.c. */
__rust_helper void rust_helper_pfnmap_lockdep_assert(struct vm_area_struct *vma)
{
#ifdef CONFIG_LOCKDEP
	struct file *file = vma->vm_file;

	lockdep_assert(lockdep_is_held(&vma->vm_mm->mmap_lock) ||
		       (file && file->f_mapping &&
			lockdep_is_held(&file->f_mapping->i_mmap_rwsem)));
#endif
}

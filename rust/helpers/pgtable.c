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

/* What the entries of every level say. */
#define PGTABLE_ENTRY(level, entry_t)					\
__rust_helper entry_t rust_helper_##level##p_get(entry_t *ptr)		\
{									\
	return level##p_get(ptr);					\
}									\
									\
__rust_helper bool rust_helper_##level##_none(entry_t entry)		\
{									\
	return level##_none(entry);					\
}									\
									\
__rust_helper bool rust_helper_##level##_present(entry_t entry)		\
{									\
	return level##_present(entry);					\
}									\
									\
__rust_helper bool rust_helper_##level##_write(entry_t entry)		\
{									\
	return level##_write(entry);					\
}									\
									\
__rust_helper bool rust_helper_##level##_special(entry_t entry)		\
{									\
	return level##_special(entry);					\
}									\
									\
__rust_helper unsigned long rust_helper_##level##_pfn(entry_t entry)	\
{									\
	return level##_pfn(entry);					\
}									\
									\
__rust_helper pgprot_t rust_helper_##level##_pgprot(entry_t entry)	\
{									\
	return level##_pgprot(entry);					\
}

/* What those say and need that may point to a table. */
#define PGTABLE_TABLE_ENTRY(level, entry_t)					\
__rust_helper bool rust_helper_##level##_leaf(entry_t entry)			\
{										\
	return level##_leaf(entry);						\
}										\
										\
__rust_helper spinlock_t *rust_helper_##level##_lock(struct mm_struct *mm,	\
						     entry_t *ptr)		\
{										\
	return level##_lock(mm, ptr);						\
}

PGTABLE_ENTRY(pte, pte_t)
PGTABLE_ENTRY(pmd, pmd_t)
PGTABLE_ENTRY(pud, pud_t)
PGTABLE_TABLE_ENTRY(pmd, pmd_t)
PGTABLE_TABLE_ENTRY(pud, pud_t)

#undef PGTABLE_ENTRY
#undef PGTABLE_TABLE_ENTRY

__rust_helper void rust_helper_pte_unmap(pte_t *ptep)
{
	pte_unmap(ptep);
}

__rust_helper pmd_t rust_helper_pmdp_get_lockless(pmd_t *pmdp)
{
	return pmdp_get_lockless(pmdp);
}

/* No 64-bit architecture tears a PUD, so C has no pudp_get_lockless(). */
__rust_helper pud_t rust_helper_pudp_get_lockless(pud_t *pudp)
{
	return pudp_get(pudp);
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

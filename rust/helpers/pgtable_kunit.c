// SPDX-License-Identifier: GPL-2.0

/* What KUnit builds tables with; nothing else makes an entry by these. */

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pfnmap.h>
#include <linux/pgtable.h>
#include <linux/swapops.h>

__rust_helper void rust_helper_mmap_write_lock(struct mm_struct *mm)
{
	mmap_write_lock(mm);
}

__rust_helper void rust_helper_mmap_write_unlock(struct mm_struct *mm)
{
	mmap_write_unlock(mm);
}

/* What split_vma() and munmap() do first where they cut a vma. */
__rust_helper int rust_helper_split_special_address(struct vm_area_struct *vma,
						    unsigned long addr)
{
	return split_special_address(vma, addr);
}

__rust_helper void rust_helper_try_split_special_address(struct vm_area_struct *vma,
							 unsigned long addr)
{
	try_split_special_address(vma, addr);
}

#ifdef CONFIG_PER_VMA_LOCK
__rust_helper bool rust_helper_test_vma_write_locked(struct vm_area_struct *vma)
{
	return __is_vma_write_locked(vma);
}
#endif

__rust_helper p4d_t *rust_helper_p4d_alloc(struct mm_struct *mm, pgd_t *pgdp,
					   unsigned long addr)
{
	return p4d_alloc(mm, pgdp, addr);
}

__rust_helper pud_t *rust_helper_pud_alloc(struct mm_struct *mm, p4d_t *p4dp,
					   unsigned long addr)
{
	return pud_alloc(mm, p4dp, addr);
}

__rust_helper pmd_t *rust_helper_pmd_alloc(struct mm_struct *mm, pud_t *pudp,
					   unsigned long addr)
{
	return pmd_alloc(mm, pudp, addr);
}

__rust_helper pte_t *rust_helper_pte_alloc_map_lock(struct mm_struct *mm, pmd_t *pmdp,
						    unsigned long addr, spinlock_t **ptlp)
{
	return pte_alloc_map_lock(mm, pmdp, addr, ptlp);
}

__rust_helper void rust_helper_set_pte_marker(struct mm_struct *mm, unsigned long addr,
					      pte_t *ptep)
{
	set_pte_at(mm, addr, ptep, make_pte_marker(PTE_MARKER_GUARD));
}

__rust_helper void rust_helper_set_pte_special(struct mm_struct *mm, unsigned long addr,
					       pte_t *ptep, unsigned long pfn, pgprot_t prot)
{
	set_pte_at(mm, addr, ptep, pte_mkspecial(pfn_pte(pfn, prot)));
}

__rust_helper void rust_helper_set_pmd_special(struct mm_struct *mm, unsigned long addr,
					       pmd_t *pmdp, unsigned long pfn, pgprot_t prot)
{
	set_pmd_at(mm, addr, pmdp, pmd_mkspecial(pmd_mkhuge(pfn_pmd(pfn, prot))));
}

__rust_helper void rust_helper_set_pud_special(struct mm_struct *mm, unsigned long addr,
					       pud_t *pudp, unsigned long pfn, pgprot_t prot)
{
	set_pud_at(mm, addr, pudp, pud_mkspecial(pud_mkhuge(pfn_pud(pfn, prot))));
}

__rust_helper void rust_helper_clear_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *ptep)
{
	pte_clear(mm, addr, ptep);
}

__rust_helper void rust_helper_clear_pmd_at(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp)
{
	pmd_clear(pmdp);
}

__rust_helper void rust_helper_clear_pud_at(struct mm_struct *mm, unsigned long addr, pud_t *pudp)
{
	pud_clear(pudp);
}

/* What a leaf remembers, and how it is made another. */
#define PGTABLE_TEST(level, entry_t)					\
__rust_helper bool rust_helper_test_##level##_young(entry_t entry)	\
{									\
	return level##_young(entry);					\
}									\
									\
__rust_helper entry_t rust_helper_##level##_modify(entry_t entry,	\
						     pgprot_t prot)	\
{									\
	return level##_modify(entry, prot);				\
}

PGTABLE_TEST(pte, pte_t)
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
PGTABLE_TEST(pmd, pmd_t)
#endif
#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
PGTABLE_TEST(pud, pud_t)
#endif

#undef PGTABLE_TEST

/* PTEs that are not present: what no other code of Rust makes. */

__rust_helper pte_t rust_helper_test_swap_pte(unsigned long offset)
{
	return swp_entry_to_pte(swp_entry(0, offset));
}

#ifdef CONFIG_MEMORY_FAILURE
__rust_helper pte_t rust_helper_test_hwpoison_pte(struct page *page)
{
	return swp_entry_to_pte(swp_entry(SWP_HWPOISON, page_to_pfn(page)));
}
#endif

__rust_helper pte_t rust_helper_test_marker_pte(void)
{
	return make_pte_marker(PTE_MARKER_GUARD);
}

__rust_helper pte_t rust_helper_test_writable_device_private_pte(struct page *page)
{
	return swp_entry_to_pte(make_writable_device_private_entry(page_to_pfn(page)));
}

/* Private memory of the thread that runs @test, which ends with it. */
__rust_helper unsigned long rust_helper_test_mmap_anon(struct kunit *test, unsigned long len)
{
	return kunit_vm_mmap(test, NULL, 0, len, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, 0);
}

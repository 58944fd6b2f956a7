// SPDX-License-Identifier: GPL-2.0

#include <linux/leafops.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/rmap.h>
#include <linux/userfaultfd_k.h>
#include <asm/cacheflush.h>
#include <asm/tlbflush.h>

/* PTEs that are not present. */

/* A kind that is new to C is an error here (-Wswitch); each match in Rust follows. */
__rust_helper enum softleaf_type rust_helper_pte_softleaf_type(pte_t pte)
{
	enum softleaf_type type = softleaf_type(softleaf_from_pte(pte));

	switch (type) {
	case SOFTLEAF_NONE:
	case SOFTLEAF_SWAP:
	case SOFTLEAF_MIGRATION_READ:
	case SOFTLEAF_MIGRATION_READ_EXCLUSIVE:
	case SOFTLEAF_MIGRATION_WRITE:
	case SOFTLEAF_DEVICE_PRIVATE_READ:
	case SOFTLEAF_DEVICE_PRIVATE_WRITE:
	case SOFTLEAF_DEVICE_EXCLUSIVE:
	case SOFTLEAF_HWPOISON:
	case SOFTLEAF_MARKER:
		break;
	}
	return type;
}

/* Not of a migration entry: softleaf_to_page() waits for a split of its folio. */
__rust_helper struct page *rust_helper_pte_softleaf_page(pte_t pte)
{
	return pfn_to_page(softleaf_to_pfn(softleaf_from_pte(pte)));
}

__rust_helper bool rust_helper_pte_same(pte_t a, pte_t b)
{
	return pte_same(a, b);
}

__rust_helper bool rust_helper_pte_swp_soft_dirty(pte_t pte)
{
	return pte_swp_soft_dirty(pte);
}

__rust_helper bool rust_helper_pte_swp_uffd(pte_t pte)
{
	return pte_swp_uffd(pte);
}

__rust_helper pte_t rust_helper_pte_swp_mksoft_dirty(pte_t pte)
{
	return pte_swp_mksoft_dirty(pte);
}

__rust_helper pte_t rust_helper_pte_swp_mkuffd(pte_t pte)
{
	return pte_swp_mkuffd(pte);
}

__rust_helper pte_t rust_helper_pte_swp_clear_uffd(pte_t pte)
{
	return pte_swp_clear_uffd(pte);
}

__rust_helper pte_t rust_helper_make_device_exclusive_pte(struct page *page)
{
	return softleaf_to_pte(make_device_exclusive_entry(page_to_pfn(page)));
}

__rust_helper pte_t rust_helper_make_readable_device_private_pte(struct page *page)
{
	return softleaf_to_pte(make_readable_device_private_entry(page_to_pfn(page)));
}

__rust_helper softleaf_t rust_helper_make_writable_migration_entry(struct page *page)
{
	return make_writable_migration_entry(page_to_pfn(page));
}

__rust_helper softleaf_t rust_helper_make_readable_exclusive_migration_entry(struct page *page)
{
	return make_readable_exclusive_migration_entry(page_to_pfn(page));
}

__rust_helper softleaf_t rust_helper_make_readable_migration_entry(struct page *page)
{
	return make_readable_migration_entry(page_to_pfn(page));
}

__rust_helper softleaf_t rust_helper_make_migration_entry_young(softleaf_t entry)
{
	return make_migration_entry_young(entry);
}

__rust_helper softleaf_t rust_helper_make_migration_entry_dirty(softleaf_t entry)
{
	return make_migration_entry_dirty(entry);
}

/* What migrate_vma_collect() puts into its array. */
__rust_helper unsigned long rust_helper_migrate_pfn_of(unsigned long pfn, bool writable)
{
	return migrate_pfn(pfn) | MIGRATE_PFN_MIGRATE | (writable ? MIGRATE_PFN_WRITE : 0);
}

__rust_helper pte_t rust_helper_softleaf_to_pte(softleaf_t entry)
{
	return softleaf_to_pte(entry);
}

/* PTEs that map a page. */

/* What gup asks of a vma for FOLL_WRITE, in one mask. */
__rust_helper bool rust_helper_vma_gup_may_write(struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_WRITE | VM_SHADOW_STACK | VM_IO | VM_PFNMAP)) == VM_WRITE;
}

__rust_helper pte_t rust_helper_mk_pte(struct page *page, pgprot_t prot)
{
	return mk_pte(page, prot);
}

__rust_helper pte_t rust_helper_pte_mkwrite(pte_t pte, struct vm_area_struct *vma)
{
	return pte_mkwrite(pte, vma);
}

__rust_helper pte_t rust_helper_pte_mksoft_dirty(pte_t pte)
{
	return pte_mksoft_dirty(pte);
}

__rust_helper pte_t rust_helper_pte_mkuffd(pte_t pte)
{
	return pte_mkuffd(pte);
}

__rust_helper bool rust_helper_pte_young(pte_t pte)
{
	return pte_young(pte);
}

__rust_helper bool rust_helper_pte_soft_dirty(pte_t pte)
{
	return pte_soft_dirty(pte);
}

__rust_helper bool rust_helper_pte_uffd(pte_t pte)
{
	return pte_uffd(pte);
}

/* As a vma asks for it that is registered for faults of any access. */
__rust_helper pte_t rust_helper_pte_protect_rwp(pte_t pte, struct vm_area_struct *vma)
{
	return userfaultfd_rwp(vma) ? pte_modify(pte, PAGE_NONE) : pte;
}

__rust_helper bool rust_helper_userfaultfd_protected(struct vm_area_struct *vma)
{
	return userfaultfd_protected(vma);
}

__rust_helper pgprot_t rust_helper_vma_page_prot(struct vm_area_struct *vma)
{
	return READ_ONCE(vma->vm_page_prot);
}

__rust_helper pte_t rust_helper_ptep_get_and_clear(struct mm_struct *mm, unsigned long addr,
						   pte_t *ptep)
{
	return ptep_get_and_clear(mm, addr, ptep);
}

__rust_helper void rust_helper_ptep_set_wrprotect(struct mm_struct *mm, unsigned long addr,
						  pte_t *ptep)
{
	ptep_set_wrprotect(mm, addr, ptep);
}

__rust_helper void rust_helper_flush_cache_page(struct vm_area_struct *vma, unsigned long addr,
						unsigned long pfn)
{
	flush_cache_page(vma, addr, pfn);
}

/* One page by what is cheapest for one. Modules do not flush: they have their own copy of this. */
__rust_helper void rust_helper_flush_tlb_ptes(struct vm_area_struct *vma, unsigned long start,
					      unsigned long end)
{
#ifndef MODULE
	if (end - start == PAGE_SIZE)
		flush_tlb_page(vma, start);
	else
		flush_tlb_range(vma, start, end);
#endif
}

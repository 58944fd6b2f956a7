// SPDX-License-Identifier: GPL-2.0

#include <linux/cacheflush.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched/signal.h>

/* Folios: references, the lock, what kind they are. */

__rust_helper struct folio *rust_helper_page_folio(struct page *page)
{
	return page_folio(page);
}

__rust_helper void rust_helper_folio_get(struct folio *folio)
{
	folio_get(folio);
}

__rust_helper bool rust_helper_folio_try_get(struct folio *folio)
{
	return folio_try_get(folio);
}

__rust_helper void rust_helper_folio_put(struct folio *folio)
{
	folio_put(folio);
}

__rust_helper bool rust_helper_folio_trylock(struct folio *folio)
{
	return folio_trylock(folio);
}

__rust_helper int rust_helper_folio_lock_killable(struct folio *folio)
{
	return folio_lock_killable(folio);
}

__rust_helper vm_fault_t rust_helper_folio_lock_or_retry(struct folio *folio, struct vm_fault *vmf)
{
	return folio_lock_or_retry(folio, vmf);
}

__rust_helper bool rust_helper_folio_test_anon(struct folio *folio)
{
	return folio_test_anon(folio);
}

__rust_helper bool rust_helper_folio_test_hugetlb(struct folio *folio)
{
	return folio_test_hugetlb(folio);
}

/* Memory of one page that belongs to somebody: nothing has to be split, or asked of a driver. */
__rust_helper bool rust_helper_folio_is_plain(struct folio *folio)
{
	return !folio_test_large(folio) && !folio_is_zone_device(folio) && folio->mapping;
}

__rust_helper bool rust_helper_folio_test_dirty(struct folio *folio)
{
	return folio_test_dirty(folio);
}

__rust_helper bool rust_helper_folio_test_locked(struct folio *folio)
{
	return folio_test_locked(folio);
}

__rust_helper int rust_helper_folio_ref_count(struct folio *folio)
{
	return folio_ref_count(folio);
}

__rust_helper int rust_helper_folio_mapcount(struct folio *folio)
{
	return folio_mapcount(folio);
}

__rust_helper long rust_helper_folio_nr_pages(struct folio *folio)
{
	return folio_nr_pages(folio);
}

__rust_helper int rust_helper_mm_counter(struct folio *folio)
{
	return mm_counter(folio);
}

__rust_helper bool rust_helper_PageAnonExclusive(struct page *page)
{
	return PageAnonExclusive(page);
}

__rust_helper void *rust_helper_page_address(struct page *page)
{
	return page_address(page);
}

__rust_helper unsigned long rust_helper_page_to_pfn(const struct page *page)
{
	return page_to_pfn(page);
}

__rust_helper void rust_helper_flush_dcache_page(struct page *page)
{
	flush_dcache_page(page);
}

/* What else maps a page, and whether it may. */

__rust_helper int rust_helper_folio_try_dup_anon_rmap_pte(struct folio *folio, struct page *page,
							  struct vm_area_struct *dst_vma,
							  struct vm_area_struct *src_vma)
{
	return folio_try_dup_anon_rmap_pte(folio, page, dst_vma, src_vma);
}

__rust_helper int rust_helper_folio_try_share_anon_rmap_pte(struct folio *folio,
							    struct page *page)
{
	return folio_try_share_anon_rmap_pte(folio, page);
}

__rust_helper void rust_helper_folio_remove_rmap_pte(struct folio *folio, struct page *page,
						     struct vm_area_struct *vma)
{
	folio_remove_rmap_pte(folio, page, vma);
}

/* Callers that take pages. */

__rust_helper void rust_helper_mmap_assert_locked(const struct mm_struct *mm)
{
	mmap_assert_locked(mm);
}

__rust_helper int rust_helper_fatal_signal_pending(struct task_struct *t)
{
	return fatal_signal_pending(t);
}

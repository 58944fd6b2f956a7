// SPDX-License-Identifier: GPL-2.0

#include <linux/mm.h>
#include <linux/pgalloc.h>
#include <linux/pgtable.h>
#include <linux/vmstat.h>

/* Tables that Rust makes, and fills before an entry points to them. */

__rust_helper struct ptdesc *rust_helper_pagetable_alloc(gfp_t gfp, unsigned int order)
{
	return pagetable_alloc(gfp, order);
}

__rust_helper void rust_helper_pagetable_free(struct ptdesc *ptdesc)
{
	pagetable_free(ptdesc);
}

__rust_helper void rust_helper_pagetable_dtor_free(struct ptdesc *ptdesc)
{
	pagetable_dtor_free(ptdesc);
}

__rust_helper void *rust_helper_ptdesc_address(struct ptdesc *ptdesc)
{
	return ptdesc_address(ptdesc);
}

__rust_helper void rust_helper_count_vm_event(enum vm_event_item item)
{
	count_vm_event(item);
}

__rust_helper void rust_helper___count_vm_event(enum vm_event_item item)
{
	__count_vm_event(item);
}

/* Tables of PTEs, and the PMD that one of them takes the place of. */

__rust_helper bool rust_helper_pagetable_pte_ctor_gfp(struct mm_struct *mm, struct ptdesc *ptdesc,
						      gfp_t gfp)
{
	return pagetable_pte_ctor_gfp(mm, ptdesc, gfp);
}

__rust_helper void rust_helper_pmd_populate(struct mm_struct *mm, pmd_t *pmdp,
					   struct ptdesc *ptdesc)
{
	pmd_populate(mm, pmdp, ptdesc_page(ptdesc));
}

__rust_helper void rust_helper_mm_inc_nr_ptes(struct mm_struct *mm)
{
	mm_inc_nr_ptes(mm);
}

#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
/* Tables of PMDs, and the PUD that one of them takes the place of. */

__rust_helper bool rust_helper_pagetable_pmd_ctor_gfp(struct mm_struct *mm, struct ptdesc *ptdesc,
						      gfp_t gfp)
{
	return pagetable_pmd_ctor_gfp(mm, ptdesc, gfp);
}

__rust_helper void rust_helper_pud_populate(struct mm_struct *mm, pud_t *pudp,
					   struct ptdesc *ptdesc)
{
	pud_populate(mm, pudp, ptdesc_address(ptdesc));
}

__rust_helper void rust_helper_mm_inc_nr_pmds(struct mm_struct *mm)
{
	mm_inc_nr_pmds(mm);
}
#endif

__rust_helper void rust_helper_vma_start_write(struct vm_area_struct *vma)
{
	vma_start_write(vma);
}

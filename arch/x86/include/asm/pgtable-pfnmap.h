/* SPDX-License-Identifier: GPL-2.0 */
/* Leaves that map frame numbers: which numbers an entry holds, and what a split keeps. */
#ifndef _ASM_X86_PGTABLE_PFNMAP_H
#define _ASM_X86_PGTABLE_PFNMAP_H

#include <linux/pfn.h>
#include <linux/pgtable.h>

/* The first frame number that no entry can hold. */
static inline unsigned long pfn_limit(void)
{
	return PHYS_PFN(__PHYSICAL_MASK) + 1;
}

/* Memory encryption may take a bit from the middle. */
static inline bool pfn_fits(unsigned long pfn)
{
	return !(pfn & ~(unsigned long)PHYS_PFN(__PHYSICAL_MASK));
}

/* Whether pfn_modify_allowed() depends on the frame. */
static inline bool pgprot_needs_invert(pgprot_t prot)
{
	return __pte_needs_invert(pgprot_val(prot));
}

#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
/* The protection of the PTEs that replace a PMD leaf: their PAT bit is another one. */
static inline pgprot_t pmd_pgprot_below(pmd_t pmd)
{
	return pgprot_large_2_4k(pmd_pgprot(pmd));
}
#endif

#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
/* The protection of the PMDs that replace a PUD leaf. */
static inline pgprot_t pud_pgprot_below(pud_t pud)
{
	return pud_pgprot(pud);
}
#endif

#endif /* _ASM_X86_PGTABLE_PFNMAP_H */

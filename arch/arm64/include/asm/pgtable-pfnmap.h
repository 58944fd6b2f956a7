/* SPDX-License-Identifier: GPL-2.0 */
/* Leaves that map frame numbers: which numbers an entry holds, and what a split keeps. */
#ifndef __ASM_PGTABLE_PFNMAP_H
#define __ASM_PGTABLE_PFNMAP_H

#include <linux/pfn.h>
#include <linux/pgtable.h>

/* The first frame number that no entry can hold. */
static inline unsigned long pfn_limit(void)
{
	return PHYS_PFN(PHYS_MASK) + 1;
}

/* Every entry holds 48 bits; only for more does PHYS_MASK read a register. */
static inline bool pfn_fits(unsigned long pfn)
{
	return !(pfn >> (48 - PAGE_SHIFT)) || pfn <= PHYS_PFN(PHYS_MASK);
}

/* Whether pfn_modify_allowed() depends on the frame. */
static inline bool pgprot_needs_invert(pgprot_t prot)
{
	return false;
}

#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
/*
 * The protection of the PTEs that replace a PMD leaf. Pages have another type than blocks, and the
 * contiguous bit goes: nothing clears it where one of the PTEs changes.
 */
static inline pgprot_t pmd_pgprot_below(pmd_t pmd)
{
	return __pgprot((pgprot_val(pmd_pgprot(pmd)) & ~PTE_CONT) |
			(PTE_TYPE_PAGE & ~PTE_VALID));
}
#endif

#ifdef CONFIG_ARCH_SUPPORTS_PUD_PFNMAP
/* The protection of the PMDs that replace a PUD leaf: both are blocks. */
static inline pgprot_t pud_pgprot_below(pud_t pud)
{
	return pud_pgprot(pud);
}
#endif

#endif /* __ASM_PGTABLE_PFNMAP_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixture variants that programs share: KIND_LEVEL says where the frames come from and what maps
 * them. The fields of such a variant are VARIANT_OF_KIND.
 */
#ifndef _LIB_KINDS_H
#define _LIB_KINDS_H

#include "harness.h"
#include "source.h"

#define VARIANT_OF_KIND(fixture)		\
	FIXTURE_VARIANT(fixture)		\
	{					\
		const struct pfnmap_kind *kind;	\
		enum pfnmap_level level;	\
	}

#define PTE_VARIANT(fixture, from) \
	FIXTURE_VARIANT_ADD(fixture, from##_pte) { .kind = &from##_kind, .level = PFNMAP_PTE }
#define PMD_VARIANT(fixture, from) \
	FIXTURE_VARIANT_ADD(fixture, from##_pmd) { .kind = &from##_kind, .level = PFNMAP_PMD }
#define PUD_VARIANT(fixture, from) \
	FIXTURE_VARIANT_ADD(fixture, from##_pud) { .kind = &from##_kind, .level = PFNMAP_PUD }

/* One for each level of huge entries that the architecture has. */
#ifdef __aarch64__
#define HUGE_VARIANTS(fixture, from)	PMD_VARIANT(fixture, from)
#define HUGE_LEVELS			1
#else
#define HUGE_VARIANTS(fixture, from)	PMD_VARIANT(fixture, from); PUD_VARIANT(fixture, from)
#define HUGE_LEVELS			2
#endif

/* One for each level, where the largest entries that are to be had will do. */
#define ALL_VARIANTS(fixture, from)	\
	PTE_VARIANT(fixture, from);	\
	PMD_VARIANT(fixture, from);	\
	PUD_VARIANT(fixture, from)

#endif /* _LIB_KINDS_H */

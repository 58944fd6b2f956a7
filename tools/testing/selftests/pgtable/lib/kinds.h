/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixture variants that programs share: KIND_LEVEL says where the frames come from and what maps
 * them. VARIANT_OF_KIND() declares their fields.
 */
#ifndef _LIB_KINDS_H
#define _LIB_KINDS_H

#include "harness.h"
#include "source.h"

#define VARIANT_OF_KIND(fixture)						\
	struct pfnmap_kind;							\
	FIXTURE_VARIANT(fixture)						\
	{									\
		const struct pfnmap_kind *kind;					\
		enum pfnmap_level level;					\
	}

#define KIND_VARIANT(fixture, from, at, top)					\
	extern const struct pfnmap_kind from##_kind;				\
	FIXTURE_VARIANT_ADD(fixture, from##_##at)				\
	{									\
		.kind = &from##_kind, .level = top,				\
	}

/* One for each level of huge entries; a PUD arrives as PMDs where there are no others. */
#define HUGE_LEVELS	2
#define HUGE_VARIANTS(fixture, from)						\
	extern const struct pfnmap_kind from##_kind;				\
	KIND_VARIANT(fixture, from, pmd, PFNMAP_PMD);				\
	KIND_VARIANT(fixture, from, pud, PFNMAP_PUD)

/* One for each level of pages and huge entries. */
#define ALL_VARIANTS(fixture, from)						\
	extern const struct pfnmap_kind from##_kind;				\
	KIND_VARIANT(fixture, from, pte, PFNMAP_PTE);				\
	KIND_VARIANT(fixture, from, pmd, PFNMAP_PMD);				\
	KIND_VARIANT(fixture, from, pud, PFNMAP_PUD)

#endif /* _LIB_KINDS_H */

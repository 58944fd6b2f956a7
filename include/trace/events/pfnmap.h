/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What mm/pfnmap/ and mm/device_exclusive/ do to page tables. Called by
 * rust/kernel/mm/pgtable/events.rs.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pfnmap

#if !defined(_TRACE_PFNMAP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_PFNMAP_H

#include <linux/mm_types.h>
#include <linux/pgtable.h>
#include <linux/tracepoint.h>

TRACE_DEFINE_ENUM(PGTABLE_LEVEL_PTE);
TRACE_DEFINE_ENUM(PGTABLE_LEVEL_PMD);
TRACE_DEFINE_ENUM(PGTABLE_LEVEL_PUD);

TRACE_DEFINE_ENUM(VM_FAULT_OOM);
TRACE_DEFINE_ENUM(VM_FAULT_SIGBUS);
TRACE_DEFINE_ENUM(VM_FAULT_HWPOISON);
TRACE_DEFINE_ENUM(VM_FAULT_NOPAGE);
TRACE_DEFINE_ENUM(VM_FAULT_FALLBACK);

#define show_pfnmap_level(level)					\
	__print_symbolic(level,						\
		{ PGTABLE_LEVEL_PTE, "pte" },				\
		{ PGTABLE_LEVEL_PMD, "pmd" },				\
		{ PGTABLE_LEVEL_PUD, "pud" })

#define show_pfnmap_insert(result)					\
	__print_symbolic(result,					\
		{ VM_FAULT_OOM, "OOM" },				\
		{ VM_FAULT_SIGBUS, "SIGBUS" },				\
		{ VM_FAULT_HWPOISON, "HWPOISON" },			\
		{ VM_FAULT_NOPAGE, "NOPAGE" },				\
		{ VM_FAULT_FALLBACK, "FALLBACK" })

/* A driver maps a block for a fault: the result of the fault. */
TRACE_EVENT(pfnmap_insert,

	TP_PROTO(struct mm_struct *mm, unsigned long address, unsigned int level,
		 unsigned long pfn, unsigned int result),

	TP_ARGS(mm, address, level, pfn, result),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, address)
		__field(unsigned long, pfn)
		__field(unsigned int, level)
		__field(unsigned int, result)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->address = address;
		__entry->pfn = pfn;
		__entry->level = level;
		__entry->result = result;
	),

	TP_printk("mm=%p address=%#lx level=%s pfn=%#lx result=%s",
		  __entry->mm, __entry->address, show_pfnmap_level(__entry->level),
		  __entry->pfn, show_pfnmap_insert(__entry->result))
);

DECLARE_EVENT_CLASS(pfnmap_leaf,

	TP_PROTO(struct mm_struct *mm, unsigned long address, unsigned int level,
		 unsigned long pfn, int result),

	TP_ARGS(mm, address, level, pfn, result),

	TP_STRUCT__entry(
		__field(struct mm_struct *, mm)
		__field(unsigned long, address)
		__field(unsigned long, pfn)
		__field(unsigned int, level)
		__field(int, result)
	),

	TP_fast_assign(
		__entry->mm = mm;
		__entry->address = address;
		__entry->pfn = pfn;
		__entry->level = level;
		__entry->result = result;
	),

	TP_printk("mm=%p address=%#lx level=%s pfn=%#lx result=%d",
		  __entry->mm, __entry->address, show_pfnmap_level(__entry->level),
		  __entry->pfn, __entry->result)
);

/* A leaf became a table of smaller ones, or there was no memory for the table. */
DEFINE_EVENT(pfnmap_leaf, pfnmap_split,
	TP_PROTO(struct mm_struct *mm, unsigned long address, unsigned int level,
		 unsigned long pfn, int result),
	TP_ARGS(mm, address, level, pfn, result)
);

/* Fork gave a huge leaf to the child. The mm is the child's. */
DEFINE_EVENT(pfnmap_leaf, pfnmap_copy,
	TP_PROTO(struct mm_struct *mm, unsigned long address, unsigned int level,
		 unsigned long pfn, int result),
	TP_ARGS(mm, address, level, pfn, result)
);

/* A device asked for a page; the pfn is 0 where it did not get it. */
DEFINE_EVENT(pfnmap_leaf, device_exclusive_make,
	TP_PROTO(struct mm_struct *mm, unsigned long address, unsigned int level,
		 unsigned long pfn, int result),
	TP_ARGS(mm, address, level, pfn, result)
);

/* A CPU or fork took a page back, or -EBUSY: fork has to wait for its folio. */
DEFINE_EVENT(pfnmap_leaf, device_exclusive_restore,
	TP_PROTO(struct mm_struct *mm, unsigned long address, unsigned int level,
		 unsigned long pfn, int result),
	TP_ARGS(mm, address, level, pfn, result)
);

#endif /* _TRACE_PFNMAP_H */

/* This part must be outside protection */
#include <trace/define_trace.h>

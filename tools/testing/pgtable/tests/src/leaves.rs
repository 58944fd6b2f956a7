// SPDX-License-Identifier: GPL-2.0

//! Leaves in the tables of a process: found, taken away, put in place.

use kernel::{
    bindings::*,
    format::{Level, FORMAT},
    machine::{self, peek, table_in, table_of},
};
use std::ops::Range;

/// A leaf in a range, or across an end of it: level, entry, and an address that it maps.
pub(crate) enum Found {
    Inside(Level, *mut u64, usize),
    Across(Level, *mut u64, usize),
}

pub(crate) fn for_each_leaf(
    table: *mut u64,
    level: Level,
    range: Range<usize>,
    f: &mut impl FnMut(Found),
) {
    let size = FORMAT.size(level);
    let mut addr = range.start;
    while addr < range.end {
        let end = ((addr & !(size - 1)) + size).min(range.end);
        // SAFETY: A table has an entry of each index.
        let ptr = unsafe { table.add(FORMAT.index(level, addr)) };
        let mut raw = if level == 0 {
            peek_locked(ptr)
        } else {
            get_lockless(ptr)
        };
        if level > 0 && is_leaf(level, raw) && end - addr != size {
            f(Found::Across(level, ptr, addr));
            raw = get_lockless(ptr);
        }
        if is_leaf(level, raw) {
            f(Found::Inside(level, ptr, addr));
        } else if raw & FORMAT.valid != 0 {
            for_each_leaf(table_in(raw), level - 1, addr..end, f);
        }
        addr = end;
    }
}

/// Reads a PTE. C goes through a table of PTEs below its lock: this waits for a thread that has it.
pub(crate) fn peek_locked(ptr: *mut u64) -> u64 {
    if table_of(ptr).ptl().holder.get().is_some() {
        return with_lock(ptr, || peek(ptr));
    }
    peek(ptr)
}

pub(crate) fn is_leaf(level: Level, raw: u64) -> bool {
    FORMAT.present(level, raw) && FORMAT.leaf(level, raw)
}

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
pub(crate) unsafe fn split_pud(vma: *mut vm_area_struct, pud: *mut pud_t, addr: usize) -> bool {
    // SAFETY: What the caller vouches for.
    unsafe { __split_special_pud(vma, pud, addr) }
}

#[cfg(not(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP))]
pub(crate) unsafe fn split_pud(_: *mut vm_area_struct, _: *mut pud_t, _: usize) -> bool {
    unreachable!("the format has no leaf of this level")
}

/// Does something below the lock of an entry.
pub(crate) fn with_lock<R>(ptr: *mut u64, f: impl FnOnce() -> R) -> R {
    table_of(ptr).ptl().lock();
    let result = f();
    table_of(ptr).ptl().unlock();
    result
}

/// Takes a leaf away if it still is one, and says whether it was.
pub(crate) fn clear_leaf(level: Level, mm: *mut mm_struct, addr: usize, ptr: *mut u64) -> bool {
    with_lock(ptr, || {
        let found = is_leaf(level, get_lockless(ptr));
        if found {
            take(level, mm, addr, ptr);
        }
        found
    })
}

/// Equivalent to C's `pmdp_huge_get_and_clear()` and its like.
pub(crate) fn take(level: Level, mm: *mut mm_struct, addr: usize, ptr: *mut u64) -> u64 {
    // SAFETY: The lock is held.
    unsafe {
        match level {
            0 => ptep_get_and_clear(mm, addr, ptr.cast()).pte,
            1 => pmdp_get_and_clear(mm, addr, ptr.cast()).pmd,
            _ => pudp_get_and_clear(mm, addr, ptr.cast()).pud,
        }
    }
}

/// Equivalent to C's `set_pmd_at()` and its like.
pub(crate) fn put(level: Level, mm: *mut mm_struct, addr: usize, ptr: *mut u64, raw: u64) {
    // SAFETY: The lock is held, and the entry is empty.
    unsafe {
        match level {
            0 => set_pte_at(mm, addr, ptr.cast(), pte_t { pte: raw }),
            1 => set_pmd_at(mm, addr, ptr.cast(), pmd_t { pmd: raw }),
            _ => set_pud_at(mm, addr, ptr.cast(), pud_t { pud: raw }),
        }
    }
}

pub(crate) fn is_table(level: Level, raw: u64) -> bool {
    raw & FORMAT.valid != 0 && !FORMAT.leaf(level, raw)
}

/// Frees a table and those below it, and returns how many of PTEs and of PMDs they were.
pub(crate) fn free_tables(table: *mut u64, level: Level) -> [usize; 2] {
    let mut count = [0; 2];
    if level < 2 {
        count[level as usize] += 1;
    }
    for i in 0..FORMAT.entries() {
        // SAFETY: A table has an entry of each index.
        let raw = peek(unsafe { table.add(i) });
        if level > 0 && is_table(level, raw) {
            let below = free_tables(table_in(raw), level - 1);
            count = [count[0] + below[0], count[1] + below[1]];
        } else {
            assert_eq!(raw, 0, "an entry is left at level {level}");
        }
    }
    // SAFETY: Nothing points to it any more.
    unsafe { machine::free_table((&raw const *table_of(table)).cast_mut()) };
    count
}

/// Frees the tables in `range` that map addresses of `gap` alone, where no vma is. Equivalent to C's
/// `free_pgtables()`.
pub(crate) fn free_pgtables(mm: &mut mm_struct, range: Range<usize>, gap: &Range<usize>) {
    free_in_gap(mm, mm.pgd, mm.levels - 1, range, gap);
}

fn free_in_gap(
    mm: &mut mm_struct,
    table: *mut u64,
    level: Level,
    range: Range<usize>,
    gap: &Range<usize>,
) {
    let size = FORMAT.size(level);
    let mut addr = range.start;
    while level > 0 && addr < range.end {
        let start = addr & !(size - 1);
        let end = (start + size).min(range.end);
        // SAFETY: A table has an entry of each index.
        let ptr = unsafe { table.add(FORMAT.index(level, addr)) };
        let raw = peek(ptr);
        if is_table(level, raw) && gap.start <= start && start + size <= gap.end {
            with_lock(ptr, || take(level, mm, addr, ptr));
            let freed = free_tables(table_in(raw), level - 1);
            mm.tables = [mm.tables[0] - freed[0], mm.tables[1] - freed[1]];
        } else if is_table(level, raw) {
            free_in_gap(mm, table_in(raw), level - 1, addr..end, gap);
        }
        addr = end;
    }
}

// SPDX-License-Identifier: GPL-2.0

//! Tables: the way down, and how one is made and put into its place.

use super::*;
use crate::{
    format::{Level, FORMAT},
    machine::{self, alloc_table, cell, entry_of, free_table, table_in, table_of},
};
use macros::paste;
use std::{ptr::null_mut, sync::atomic::Ordering::SeqCst};

/// Returns the entry for `addr` in the table of `level` that the entry at `ptr` points to.
fn down(ptr: *mut u64, level: Level, addr: usize) -> *mut u64 {
    // C reads the entry once more: it may have changed since it was found to be a table.
    let raw = get_lockless(ptr);
    assert!(
        raw & FORMAT.valid != 0 && !FORMAT.leaf(level + 1, raw),
        "a table is none any more"
    );
    // SAFETY: A table has an entry of each index.
    unsafe { table_in(raw).add(FORMAT.index(level, addr)) }
}

/// The levels that a mm does not have are folded: an entry of one is that of the one above.
pub unsafe fn pgd_offset(mm: *mut mm_struct, addr: usize) -> *mut pgd_t {
    // SAFETY: The mm is alive.
    let (pgd, top) = unsafe { ((*mm).pgd, (*mm).levels - 1) };
    // SAFETY: A table has an entry of each index.
    unsafe { pgd.add(FORMAT.index(top, addr)).cast() }
}

/// Which level the table has that an entry lies in.
fn level_of(ptr: *mut u64) -> Level {
    table_of(ptr).level.get().expect("an entry of no table")
}

/// Whether an entry of a level above that of PUDs leads nowhere.
fn none_or_bad(ptr: *mut u64, level: Level) -> bool {
    level_of(ptr) == level && get_lockless(ptr) == 0
}

pub unsafe fn pgd_none_or_bad(ptr: *mut pgd_t) -> bool {
    none_or_bad(ptr.cast(), 4)
}

pub unsafe fn p4d_none_or_bad(ptr: *mut p4d_t) -> bool {
    none_or_bad(ptr.cast(), 3)
}

/// As [`down()`], if the entry is not one of a level that is folded.
fn down_unless_folded(ptr: *mut u64, level: Level, addr: usize) -> *mut u64 {
    if level_of(ptr) == level + 1 {
        down(ptr, level, addr)
    } else {
        ptr
    }
}

pub unsafe fn p4d_offset(ptr: *mut pgd_t, addr: usize) -> *mut p4d_t {
    down_unless_folded(ptr.cast(), 3, addr).cast()
}

pub unsafe fn pud_offset(ptr: *mut p4d_t, addr: usize) -> *mut pud_t {
    down_unless_folded(ptr.cast(), 2, addr).cast()
}

pub unsafe fn pmd_offset(ptr: *mut pud_t, addr: usize) -> *mut pmd_t {
    down(ptr.cast(), 1, addr).cast()
}

/// Returns the PTE for `addr` with its lock held, or null if the PMD is no table.
pub unsafe fn pte_offset_map_lock(
    _mm: *mut mm_struct,
    pmd: *mut pmd_t,
    addr: usize,
    ptlp: *mut *mut spinlock_t,
) -> *mut pte_t {
    let pmd: *mut u64 = pmd.cast();
    loop {
        let raw = get_lockless(pmd);
        if raw & FORMAT.valid == 0 || FORMAT.leaf(1, raw) {
            return null_mut();
        }
        // SAFETY: A table has an entry of each index.
        let pte = unsafe { table_in(raw).add(FORMAT.index(0, addr)) };
        let ptl = table_of(pte).ptl();
        ptl.lock();
        if get_lockless(pmd) == raw {
            // SAFETY: The caller has room for a pointer.
            unsafe { ptlp.write((&raw const *ptl).cast_mut()) };
            map_table();
            return pte.cast();
        }
        ptl.unlock();
    }
}

pub unsafe fn pte_unmap(_ptr: *mut pte_t) {
    unmap_table();
}

const __GFP_DIRECT_RECLAIM: u32 = 1;
pub const __GFP_ZERO: u32 = 2;
const __GFP_ACCOUNT: u32 = 8;
pub const GFP_NOWAIT: u32 = 4;
pub const GFP_KERNEL: u32 = __GFP_DIRECT_RECLAIM | GFP_NOWAIT;
pub const GFP_KERNEL_ACCOUNT: u32 = GFP_KERNEL | __GFP_ACCOUNT;

pub unsafe fn pagetable_alloc(gfp: u32, _order: u32) -> *mut ptdesc {
    let has = |flag| gfp & flag == flag;
    assert!(has(__GFP_ZERO), "a table is not empty");
    assert!(has(__GFP_ACCOUNT), "a table is charged to no process");
    if has(__GFP_DIRECT_RECLAIM) {
        might_reclaim();
    }
    alloc_table()
}

pub unsafe fn pagetable_free(table: *mut ptdesc) {
    // SAFETY: What the caller vouches for.
    unsafe { free_table(table) };
}

pub unsafe fn pagetable_dtor_free(table: *mut ptdesc) {
    // SAFETY: The table is alive.
    assert!(
        unsafe { (*table).level.get() }.is_some(),
        "what was not constructed is destructed"
    );
    // SAFETY: What the caller vouches for.
    unsafe { free_table(table) };
}

pub unsafe fn ptdesc_address(table: *mut ptdesc) -> *mut c_void {
    // SAFETY: The table is alive.
    unsafe { (*table).page.cast() }
}

/// Makes a page a table of entries of `level`.
fn construct(mm: *mut mm_struct, table: *mut ptdesc, level: Level) -> bool {
    // The lock of a table may want memory of its own.
    if !machine::may_allocate() {
        return false;
    }
    // SAFETY: The table is alive.
    let old = unsafe { (*table).level.replace(Some(level)) };
    assert_eq!(old, None, "a table is constructed twice");
    // SAFETY: As above.
    give_lock(mm, unsafe { &*table });
    true
}

/// Gives a table the lock that C has for it: of its own, if it has PTEs or PMDs, or that of the mm.
pub fn give_lock(mm: *mut mm_struct, table: &ptdesc) {
    let split = table.level.get().is_some_and(|level| level < 2);
    if !split || has_one_lock() {
        table.take_lock_of(mm);
    }
}

/// Puts a table into an entry that hardware does not use, of a table of the level above.
pub fn populate(ptr: *mut u64, table: &ptdesc) {
    let above = table_of(ptr);
    assert!(
        !above.public.get() || above.ptl().is_held(),
        "a table is put in place without the lock"
    );
    assert_eq!(above.level.get(), table.level.get().map(|level| level + 1));
    table.public.set(true);
    machine::step();
    let old = cell(ptr).swap(entry_of(table), SeqCst);
    machine::note(|| {
        format!(
            "puts table {} into {}",
            table.number,
            machine::entry_name(ptr)
        )
    });
    assert_eq!(
        old & FORMAT.valid,
        0,
        "a table takes the place of {old:#x}, which is valid"
    );
}

macro_rules! table {
    ($p:ident, $q:ident, $level:literal) => { paste! {
        pub unsafe fn [<pagetable_ $q _ctor_gfp>](
            mm: *mut mm_struct,
            table: *mut ptdesc,
            _gfp: u32,
        ) -> bool {
            construct(mm, table, $level)
        }

        pub unsafe fn [<$p _populate>](_mm: *mut mm_struct, ptr: *mut [<$p _t>], table: *mut ptdesc) {
            // SAFETY: The table is alive.
            populate(ptr.cast(), unsafe { &*table });
        }

        pub unsafe fn [<mm_inc_nr_ $q s>](mm: *mut mm_struct) {
            // SAFETY: The mm is alive.
            unsafe { (*mm).tables[$level] += 1 };
        }
    } };
}

table!(pmd, pte, 0);
table!(pud, pmd, 1);

/// Puts a new table into an entry that is empty, as C's `__pud_alloc()` and its like do. Returns false
/// without memory.
pub unsafe fn alloc_below(mm: *mut mm_struct, ptr: *mut u64) -> bool {
    if get_lockless(ptr) != 0 {
        return true;
    }
    let table = alloc_table();
    if table.is_null() {
        return false;
    }
    let level = level_of(ptr) - 1;
    // SAFETY: It was just allocated.
    let (above, new) = (table_of(ptr), unsafe { &*table });
    new.level.set(Some(level));
    give_lock(mm, new);
    above.ptl().lock();
    if cell(ptr).load(SeqCst) == 0 {
        populate(ptr, new);
        if level < 2 {
            // SAFETY: The mm is alive.
            unsafe { (*mm).tables[level as usize] += 1 };
        }
        above.ptl().unlock();
    } else {
        above.ptl().unlock();
        // SAFETY: Nothing points to it.
        unsafe { free_table(table) };
    }
    true
}

pub unsafe fn pte_alloc(mm: *mut mm_struct, pmd: *mut pmd_t) -> bool {
    // SAFETY: What the caller vouches for.
    !unsafe { alloc_below(mm, pmd.cast()) }
}

pub unsafe fn count_vm_event(item: vm_event_item) {
    machine::count_event(item);
}

pub unsafe fn __count_vm_event(item: vm_event_item) {
    below_spinlock();
    machine::count_event(item);
}

pub unsafe fn vma_lookup(mm: *mut mm_struct, addr: usize) -> *mut vm_area_struct {
    // SAFETY: The mmap lock is held.
    let vmas = unsafe { &(*mm).vmas };
    let covers = |vma: &&*mut vm_area_struct| {
        // SAFETY: A vma of a mm is alive.
        let range = unsafe { (***vma).__bindgen_anon_1.__bindgen_anon_1 };
        (range.vm_start..range.vm_end).contains(&addr)
    };
    vmas.iter().find(covers).copied().unwrap_or(null_mut())
}

pub unsafe fn vma_page_prot(vma: *mut vm_area_struct) -> pgprot_t {
    // SAFETY: The vma is alive.
    unsafe { (*vma).vm_page_prot }
}

// Frames.

pub unsafe fn pfn_modify_allowed(pfn: usize, _prot: pgprot_t) -> bool {
    machine::allowed(pfn)
}

pub unsafe fn pfnmap_setup_cachemode_pfn(_pfn: usize, _prot: *mut pgprot_t) {}

pub unsafe fn pfn_range_poisoned(pfn: usize, pages: usize) -> bool {
    machine::is_poisoned(pfn, pages)
}

// Invalidations in secondary MMUs.

pub unsafe fn mmu_notifier_range_init_owner(
    range: *mut mmu_notifier_range,
    event: mmu_notifier_event,
    _flags: u32,
    mm: *mut mm_struct,
    start: usize,
    end: usize,
    owner: *mut c_void,
) {
    assert!(start < end, "an invalidation of nothing");
    // SAFETY: The range is valid for writing.
    unsafe {
        range.write(mmu_notifier_range {
            mm,
            start,
            end,
            event,
            owner,
        })
    };
}

pub unsafe fn mmu_notifier_invalidate_range_start(range: *mut mmu_notifier_range) {
    might_sleep();
    // SAFETY: The range was initialized.
    let range = unsafe { &*range };
    machine::invalidation_starts(range.mm, range.start, range.end);
}

pub unsafe fn mmu_notifier_invalidate_range_end(range: *mut mmu_notifier_range) {
    // SAFETY: The range was initialized.
    let range = unsafe { &*range };
    machine::invalidation_ends(range.mm, range.start, range.end);
}

// SPDX-License-Identifier: GPL-2.0

//! C's accessors of entries.

use super::*;
use crate::{
    format::FORMAT,
    machine::{called, cell, describe, entry_name, flush, invalidated, note, step, table_of},
};
use macros::paste;
use std::sync::atomic::Ordering::SeqCst;

/// Asserts that the lock of an entry that others can see is held, and lets them see it.
fn locked(ptr: *mut u64) {
    let table = table_of(ptr);
    if table.public.get() {
        assert!(table.ptl().is_held(), "an entry is used without its lock");
        step();
    }
}

/// Reads an entry below its lock.
fn get(ptr: *mut u64) -> u64 {
    locked(ptr);
    read(ptr)
}

fn read(ptr: *mut u64) -> u64 {
    let raw = cell(ptr).load(SeqCst);
    note(|| format!("reads {}: {}", entry_name(ptr), describe(ptr, raw)));
    raw
}

/// Reads an entry.
pub fn get_lockless(ptr: *mut u64) -> u64 {
    step();
    read(ptr)
}

/// Writes an entry that hardware does not use.
fn set(ptr: *mut u64, raw: u64) {
    locked(ptr);
    let old = cell(ptr).swap(raw, SeqCst);
    if table_of(ptr).public.get() {
        note(|| format!("writes {}: {}", entry_name(ptr), describe(ptr, raw)));
    }
    assert_eq!(
        old & FORMAT.valid,
        0,
        "a valid entry is written over: {old:#x} by {raw:#x}"
    );
}

/// Takes what is in an entry away.
fn clear(ptr: *mut u64) -> u64 {
    locked(ptr);
    let old = cell(ptr).swap(0, SeqCst);
    note(|| format!("clears {}: {}", entry_name(ptr), describe(ptr, old)));
    old
}

fn set_wrprotect(ptr: *mut u64) {
    locked(ptr);
    let changed = cell(ptr).fetch_update(SeqCst, SeqCst, |raw| Some(FORMAT.wrprotect(raw)));
    note(|| format!("write-protects {}", entry_name(ptr)));
    assert!(
        changed.is_ok_and(|raw| raw & FORMAT.valid != 0 && FORMAT.writable(raw)),
        "what may not be written is write-protected"
    );
}

/// Adds what `raw` has to the entry that it was made of.
fn set_access_flags(level: u32, ptr: *mut u64, raw: u64) -> bool {
    locked(ptr);
    note(|| format!("adds to {}: {}", entry_name(ptr), describe(ptr, raw)));
    let changed = cell(ptr).fetch_update(SeqCst, SeqCst, |old| {
        assert_eq!(
            FORMAT.pfn(level, old),
            FORMAT.pfn(level, raw),
            "access flags of other frames"
        );
        let new = old | raw & (FORMAT.young | FORMAT.dirty | FORMAT.write);
        Some(new & !(FORMAT.readonly & !raw))
    });
    changed != Ok(raw)
}

/// Hides a leaf from hardware, in one step, and flushes what CPUs remember of it.
fn invalidate(vma: *mut vm_area_struct, addr: usize, level: u32, ptr: *mut u64) -> u64 {
    // SAFETY: The vma is alive.
    let mm = unsafe { (*vma).vm_mm };
    let (start, end) = (addr, addr + FORMAT.size(level));
    assert!(
        invalidated(mm, start, end),
        "a secondary MMU may map what is hidden"
    );
    locked(ptr);
    let hidden = FORMAT.mkinvalid(level, cell(ptr).load(SeqCst));
    step();
    let old = cell(ptr).swap(hidden, SeqCst);
    note(|| format!("hides {}: {}", entry_name(ptr), describe(ptr, old)));
    flush(mm, start, end);
    old
}

/// C's functions of one level.
macro_rules! level {
    ($p:ident, $level:literal) => { paste! {
        pub unsafe fn [<$p p_get>](ptr: *mut [<$p _t>]) -> [<$p _t>] {
            [<$p _t>] { $p: get(ptr.cast()) }
        }

        pub unsafe fn [<$p p_get_lockless>](ptr: *mut [<$p _t>]) -> [<$p _t>] {
            [<$p _t>] { $p: get_lockless(ptr.cast()) }
        }

        pub unsafe fn [<$p _none>](raw: [<$p _t>]) -> bool {
            raw.$p == 0
        }

        pub unsafe fn [<$p _present>](raw: [<$p _t>]) -> bool {
            FORMAT.present($level, raw.$p)
        }

        pub unsafe fn [<$p _leaf>](raw: [<$p _t>]) -> bool {
            FORMAT.leaf($level, raw.$p)
        }

        pub unsafe fn [<$p _write>](raw: [<$p _t>]) -> bool {
            FORMAT.writable(raw.$p)
        }

        pub unsafe fn [<$p _special>](raw: [<$p _t>]) -> bool {
            raw.$p & FORMAT.special != 0
        }

        pub unsafe fn [<$p _young>](raw: [<$p _t>]) -> bool {
            raw.$p & FORMAT.young != 0
        }

        pub unsafe fn [<$p _dirty>](raw: [<$p _t>]) -> bool {
            FORMAT.is_dirty(raw.$p)
        }

        pub unsafe fn [<$p _pfn>](raw: [<$p _t>]) -> usize {
            FORMAT.pfn($level, raw.$p)
        }

        pub unsafe fn [<$p _pgprot>](raw: [<$p _t>]) -> pgprot_t {
            pgprot_t { pgprot: FORMAT.pgprot($level, raw.$p) }
        }

        pub unsafe fn [<pfn_ $p>](pfn: usize, prot: pgprot_t) -> [<$p _t>] {
            [<$p _t>] { $p: FORMAT.make(pfn, prot.pgprot) }
        }

        pub unsafe fn [<$p _mkhuge>](raw: [<$p _t>]) -> [<$p _t>] {
            [<$p _t>] { $p: FORMAT.mkhuge(raw.$p) }
        }

        pub unsafe fn [<$p _mkspecial>](raw: [<$p _t>]) -> [<$p _t>] {
            [<$p _t>] { $p: raw.$p | FORMAT.special }
        }

        pub unsafe fn [<$p _mkyoung>](raw: [<$p _t>]) -> [<$p _t>] {
            [<$p _t>] { $p: raw.$p | FORMAT.young }
        }

        pub unsafe fn [<$p _mkold>](raw: [<$p _t>]) -> [<$p _t>] {
            [<$p _t>] { $p: raw.$p & !FORMAT.young }
        }

        pub unsafe fn [<$p _mkdirty>](raw: [<$p _t>]) -> [<$p _t>] {
            [<$p _t>] { $p: FORMAT.mkdirty(raw.$p) }
        }

        pub unsafe fn [<$p _wrprotect>](raw: [<$p _t>]) -> [<$p _t>] {
            [<$p _t>] { $p: FORMAT.wrprotect(raw.$p) }
        }

        pub unsafe fn [<maybe_ $p _mkwrite>](
            raw: [<$p _t>],
            vma: *mut vm_area_struct,
        ) -> [<$p _t>] {
            // SAFETY: The vma is alive.
            if unsafe { (*vma).__bindgen_anon_2.vm_flags } & crate::virt::flags::WRITE == 0 {
                return raw;
            }
            [<$p _t>] { $p: FORMAT.mkwrite(raw.$p) }
        }

        pub unsafe fn [<set_ $p _at>](
            mm: *mut mm_struct,
            addr: usize,
            ptr: *mut [<$p _t>],
            raw: [<$p _t>],
        ) {
            let offset = FORMAT.index($level, addr) * size_of::<u64>();
            assert_eq!(ptr.addr() % (FORMAT.entries() * 8), offset, "an entry of another address");
            let _ = mm;
            set(ptr.cast(), raw.$p);
        }

        pub unsafe fn [<$p p_set_access_flags>](
            _vma: *mut vm_area_struct,
            _addr: usize,
            ptr: *mut [<$p _t>],
            raw: [<$p _t>],
            _dirty: i32,
        ) -> i32 {
            set_access_flags($level, ptr.cast(), raw.$p).into()
        }

        pub unsafe fn [<$p p_set_wrprotect>](
            _mm: *mut mm_struct,
            _addr: usize,
            ptr: *mut [<$p _t>],
        ) {
            set_wrprotect(ptr.cast());
        }

        pub unsafe fn [<$p p_get_and_clear>](
            _mm: *mut mm_struct,
            _addr: usize,
            ptr: *mut [<$p _t>],
        ) -> [<$p _t>] {
            [<$p _t>] { $p: clear(ptr.cast()) }
        }

        pub unsafe fn [<$p p_invalidate>](
            vma: *mut vm_area_struct,
            addr: usize,
            ptr: *mut [<$p _t>],
        ) -> [<$p _t>] {
            [<$p _t>] { $p: invalidate(vma, addr, $level, ptr.cast()) }
        }

        pub unsafe fn [<$p _pgprot_below>](raw: [<$p _t>]) -> pgprot_t {
            pgprot_t { pgprot: FORMAT.pgprot_below($level, raw.$p) }
        }

        pub unsafe fn [<$p _lockptr>](
            _mm: *mut mm_struct,
            ptr: *mut [<$p _t>],
        ) -> *mut spinlock_t {
            (&raw const *table_of(ptr.cast()).ptl()).cast_mut()
        }

        pub unsafe fn [<$p _lock>](mm: *mut mm_struct, ptr: *mut [<$p _t>]) -> *mut spinlock_t {
            // SAFETY: What the caller vouches for.
            let ptl = unsafe { [<$p _lockptr>](mm, ptr) };
            // SAFETY: It is the lock of a table, which is alive.
            unsafe { (*ptl).lock() };
            ptl
        }
    } };
}

level!(pte, 0);
level!(pmd, 1);
level!(pud, 2);

/// The first frame of the huge zero page.
pub const HUGE_ZERO: usize = 3 << FORMAT.table_bits();

pub unsafe fn is_huge_zero_pmd(raw: pmd_t) -> bool {
    FORMAT.pfn(1, raw.pmd) == HUGE_ZERO
}

// On x86 and arm64 a walk finds what was written by itself.
pub unsafe fn update_mmu_cache(_vma: *mut vm_area_struct, _addr: usize, _ptr: *mut pte_t) {
    called("update_mmu_cache");
}

pub unsafe fn update_mmu_cache_pmd(_vma: *mut vm_area_struct, _addr: usize, _ptr: *mut pmd_t) {
    called("update_mmu_cache");
}

pub unsafe fn update_mmu_cache_pud(_vma: *mut vm_area_struct, _addr: usize, _ptr: *mut pud_t) {
    called("update_mmu_cache");
}

pub unsafe fn pgprot_val(prot: pgprot_t) -> u64 {
    prot.pgprot
}

pub unsafe fn pgprot_needs_invert(prot: pgprot_t) -> bool {
    FORMAT.inverted(prot.pgprot)
}

pub unsafe fn pfn_limit() -> usize {
    FORMAT.pfn_limit()
}

pub unsafe fn pfn_fits(pfn: usize) -> bool {
    pfn < FORMAT.pfn_limit()
}

// PTEs of pages, present or not.

macro_rules! pte_bits {
    ($($name:ident: |$raw:ident| $new:expr;)*) => { $(
        pub unsafe fn $name(pte_t { pte: $raw }: pte_t) -> pte_t {
            pte_t { pte: $new }
        }
    )* };
}

macro_rules! pte_tests {
    ($($name:ident: $bit:expr;)*) => { $(
        pub unsafe fn $name(pte: pte_t) -> bool {
            pte.pte & $bit != 0
        }
    )* };
}

pte_bits! {
    pte_mksoft_dirty: |raw| raw | FORMAT.soft_dirty;
    pte_mkuffd: |raw| raw | FORMAT.uffd;
    pte_swp_mksoft_dirty: |raw| raw | FORMAT.swap.soft_dirty;
    pte_swp_mkuffd: |raw| raw | FORMAT.swap.uffd;
    pte_swp_clear_uffd: |raw| raw & !FORMAT.swap.uffd;
}

pte_tests! {
    pte_soft_dirty: FORMAT.soft_dirty;
    pte_uffd: FORMAT.uffd;
    pte_swp_soft_dirty: FORMAT.swap.soft_dirty;
    pte_swp_uffd: FORMAT.swap.uffd;
}

pub unsafe fn pte_same(a: pte_t, b: pte_t) -> bool {
    a == b
}

pub unsafe fn pte_mkwrite(pte: pte_t, _vma: *mut vm_area_struct) -> pte_t {
    pte_t {
        pte: FORMAT.mkwrite(pte.pte),
    }
}

pub unsafe fn pte_protect_rwp(pte: pte_t, _vma: *mut vm_area_struct) -> pte_t {
    pte
}

pub unsafe fn userfaultfd_protected(_vma: *mut vm_area_struct) -> bool {
    false
}

pub unsafe fn flush_cache_page(_vma: *mut vm_area_struct, _addr: usize, _pfn: usize) {}

pub unsafe fn flush_tlb_ptes(vma: *mut vm_area_struct, start: usize, end: usize) {
    called("flush_tlb_ptes");
    // SAFETY: The vma is alive.
    let (mm, of) = unsafe { ((*vma).vm_mm, (*vma).__bindgen_anon_1.__bindgen_anon_1) };
    let pages = (start | end) & ((1 << FORMAT.page_shift) - 1) == 0;
    assert!(
        pages && of.vm_start <= start && start < end && end <= of.vm_end,
        "what is flushed are no pages of the vma: {start:#x}..{end:#x}"
    );
    flush(mm, start, end);
}

// What is not present. Neither swap nor hwpoison is made here.

pub const softleaf_type_SOFTLEAF_NONE: softleaf_type = 0;
pub const softleaf_type_SOFTLEAF_SWAP: softleaf_type = 1;
pub const softleaf_type_SOFTLEAF_MIGRATION_READ: softleaf_type = 2;
pub const softleaf_type_SOFTLEAF_MIGRATION_READ_EXCLUSIVE: softleaf_type = 3;
pub const softleaf_type_SOFTLEAF_MIGRATION_WRITE: softleaf_type = 4;
pub const softleaf_type_SOFTLEAF_DEVICE_PRIVATE_READ: softleaf_type = 5;
pub const softleaf_type_SOFTLEAF_DEVICE_PRIVATE_WRITE: softleaf_type = 6;
pub const softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE: softleaf_type = 7;
pub const softleaf_type_SOFTLEAF_HWPOISON: softleaf_type = 8;
pub const softleaf_type_SOFTLEAF_MARKER: softleaf_type = 9;

/// The bits of a number beside a frame: that a page which is being moved was young, or dirty.
const YOUNG: usize = 1 << 42;
const DIRTY: usize = 1 << 43;

pub unsafe fn pte_softleaf_type(pte: pte_t) -> softleaf_type {
    FORMAT.unswap(pte.pte).0
}

pub unsafe fn pte_softleaf_page(pte: pte_t) -> *mut page {
    page_of(FORMAT.unswap(pte.pte).1 & !(YOUNG | DIRTY))
}

pub fn softleaf(kind: softleaf_type, page: *mut page) -> softleaf_t {
    // SAFETY: The page is alive.
    softleaf_t {
        val: FORMAT.swap(kind, unsafe { (*page).pfn }),
    }
}

macro_rules! softleaves {
    ($($name:ident = $kind:ident;)*) => { $(
        pub unsafe fn $name(page: *mut page) -> softleaf_t {
            softleaf($kind, page)
        }
    )* };
}

softleaves! {
    make_writable_migration_entry = softleaf_type_SOFTLEAF_MIGRATION_WRITE;
    make_readable_migration_entry = softleaf_type_SOFTLEAF_MIGRATION_READ;
    make_readable_exclusive_migration_entry = softleaf_type_SOFTLEAF_MIGRATION_READ_EXCLUSIVE;
}

pub unsafe fn make_device_exclusive_pte(page: *mut page) -> pte_t {
    pte_t {
        pte: softleaf(softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE, page).val,
    }
}

pub unsafe fn make_readable_device_private_pte(page: *mut page) -> pte_t {
    pte_t {
        pte: softleaf(softleaf_type_SOFTLEAF_DEVICE_PRIVATE_READ, page).val,
    }
}

fn with_bit(entry: softleaf_t, bit: usize) -> softleaf_t {
    let (kind, number) = FORMAT.unswap(entry.val);
    softleaf_t {
        val: FORMAT.swap(kind, number | bit),
    }
}

pub unsafe fn make_migration_entry_young(entry: softleaf_t) -> softleaf_t {
    with_bit(entry, YOUNG)
}

pub unsafe fn make_migration_entry_dirty(entry: softleaf_t) -> softleaf_t {
    with_bit(entry, DIRTY)
}

/// Whether a page that is being moved was young, and dirty.
pub fn migration_entry_bits(pte: pte_t) -> (bool, bool) {
    let number = FORMAT.unswap(pte.pte).1;
    (number & YOUNG != 0, number & DIRTY != 0)
}

pub unsafe fn softleaf_to_pte(entry: softleaf_t) -> pte_t {
    pte_t { pte: entry.val }
}

pub unsafe fn migrate_pfn_of(pfn: usize, writable: bool) -> usize {
    pfn << 6 | 3 | usize::from(writable) << 3
}

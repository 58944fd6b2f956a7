// SPDX-License-Identifier: GPL-2.0

//! Folios: references, pins, mappings, the lock. Each has one page.

use super::*;
use crate::{
    error::code::*,
    ffi::c_long,
    format::FORMAT,
    machine::{called, note, step, wait, wake},
    virt::flags,
};
use std::{cell::Cell, cell::RefCell, ptr::null_mut};

/// A pin counts as that many references, as in C.
pub const GUP_PIN_COUNTING_BIAS: i32 = 1024;

thread_local! {
    static PAGES: RefCell<Vec<*mut page>> = const { RefCell::new(Vec::new()) };
    /// The number of the subsection of device memory that has pages.
    static SUBSECTION: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Pages that C adds at once, or none of them.
pub const PAGES_PER_SUBSECTION: usize = (2 << 20) / FORMAT.size(0);

/// Has device memory around frame `pfn` have pages, which nothing maps.
pub fn add_pages_around(pfn: usize) {
    SUBSECTION.set(Some(pfn / PAGES_PER_SUBSECTION));
}

pub unsafe fn pfn_valid(pfn: usize) -> bool {
    !page_of(pfn).is_null() || SUBSECTION.get() == Some(pfn / PAGES_PER_SUBSECTION)
}

/// The frame of the first page of memory.
pub const MEMORY: usize = 0x100;

/// Allocates a page of anonymous memory, which one mapping is about to have alone.
pub fn alloc_anon_page() -> *mut page {
    let folio = Box::into_raw(Box::new(folio {
        refs: Cell::new(1),
        mapcount: Cell::new(1),
        locked: Cell::new(false),
        dirty: Cell::new(false),
        anon: true,
        pages: 1,
    }));
    PAGES.with_borrow_mut(|pages| {
        let pfn = MEMORY + pages.len();
        let page = Box::into_raw(Box::new(page {
            folio,
            pfn,
            anon_exclusive: Cell::new(true),
            word: 0.into(),
        }));
        pages.push(page);
        page
    })
}

/// Frees every page, and returns to how many folios there was a reference or a lock.
pub fn free_pages() -> usize {
    let pages = PAGES.take();
    SUBSECTION.set(None);
    let used = |page: &&*mut page| {
        // SAFETY: The page is alive.
        let folio = unsafe { &*(***page).folio };
        folio.refs.get() != 0 || folio.mapcount.get() != 0 || folio.locked.get()
    };
    let left = pages.iter().filter(used).count();
    for page in pages {
        // SAFETY: Made so by `alloc_anon_page()`.
        let page = unsafe { Box::from_raw(page) };
        // SAFETY: As above.
        drop(unsafe { Box::from_raw(page.folio) });
    }
    left
}

/// Returns the page of a frame, or null if it is none of memory.
pub fn page_of(pfn: usize) -> *mut page {
    let index = pfn.checked_sub(MEMORY);
    PAGES.with_borrow(|pages| {
        index
            .and_then(|index| pages.get(index))
            .copied()
            .unwrap_or(null_mut())
    })
}

/// A folio that must be alive. A count that has overflowed is below zero.
fn live<'a>(folio: *mut folio) -> &'a folio {
    // SAFETY: Folios are freed at the end of a test.
    let folio = unsafe { &*folio };
    assert!(folio.refs.get() != 0, "a folio is used that is free");
    folio
}

fn add_refs(folio: &folio, n: i32) {
    step();
    folio.refs.set(folio.refs.get() + n);
    note(|| format!("has a folio count {} references", folio.refs.get()));
}

pub unsafe fn page_folio(page: *mut page) -> *mut folio {
    // SAFETY: The page is alive.
    unsafe { (*page).folio }
}

pub unsafe fn page_to_pfn(page: *mut page) -> usize {
    // SAFETY: The page is alive.
    unsafe { (*page).pfn }
}

pub unsafe fn page_address(page: *mut page) -> *mut c_void {
    // SAFETY: The page is alive.
    unsafe { (*page).word.as_ptr().cast() }
}

pub unsafe fn folio_get(folio: *mut folio) {
    add_refs(live(folio), 1);
}

pub unsafe fn folio_try_get(folio: *mut folio) -> bool {
    step();
    // SAFETY: Folios are freed at the end of a test.
    let refs = unsafe { &(*folio).refs };
    let free = refs.get() == 0;
    refs.set(refs.get() + i32::from(!free));
    !free
}

pub unsafe fn folio_put(folio: *mut folio) {
    add_refs(live(folio), -1);
}

pub unsafe fn folio_trylock(folio: *mut folio) -> bool {
    step();
    let free = !live(folio).locked.replace(true);
    note(|| {
        format!(
            "tries the lock of a folio, {}",
            if free { "and has it" } else { "in vain" }
        )
    });
    free
}

pub unsafe fn folio_unlock(folio: *mut folio) {
    assert!(
        live(folio).locked.replace(false),
        "a folio is unlocked that is not locked"
    );
    note(|| "unlocks a folio".into());
    wake();
}

pub unsafe fn folio_lock_killable(folio: *mut folio) -> c_int {
    might_sleep();
    let folio = live(folio);
    if folio.locked.get() {
        called("folio_wait");
    }
    wait(|| !folio.locked.get());
    folio.locked.set(true);
    note(|| "locks a folio".into());
    0
}

pub unsafe fn folio_lock_or_retry(folio: *mut folio, _vmf: *mut vm_fault) -> vm_fault_t {
    // SAFETY: What the caller vouches for.
    unsafe { folio_lock_killable(folio) };
    0
}

pub unsafe fn folio_test_anon(folio: *mut folio) -> bool {
    live(folio).anon
}

pub unsafe fn folio_test_hugetlb(_folio: *mut folio) -> bool {
    false
}

pub unsafe fn folio_is_plain(folio: *mut folio) -> bool {
    live(folio).pages == 1
}

pub unsafe fn folio_test_dirty(folio: *mut folio) -> bool {
    live(folio).dirty.get()
}

pub unsafe fn folio_test_locked(folio: *mut folio) -> bool {
    live(folio).locked.get()
}

pub unsafe fn folio_ref_count(folio: *mut folio) -> c_int {
    live(folio).refs.get()
}

pub unsafe fn folio_mapcount(folio: *mut folio) -> c_int {
    live(folio).mapcount.get()
}

pub unsafe fn folio_nr_pages(folio: *mut folio) -> c_long {
    live(folio).pages as c_long
}

pub unsafe fn mm_counter(_folio: *mut folio) -> c_int {
    0
}

pub unsafe fn folio_mark_accessed(_folio: *mut folio) {}

pub unsafe fn flush_dcache_page(_page: *mut page) {}

pub unsafe fn folio_mark_dirty(folio: *mut folio) -> bool {
    !live(folio).dirty.replace(true)
}

pub unsafe fn PageAnonExclusive(page: *mut page) -> bool {
    step();
    // SAFETY: The page is alive.
    unsafe { (*page).anon_exclusive.get() }
}

pub unsafe fn mk_pte(page: *mut page, prot: pgprot_t) -> pte_t {
    // SAFETY: The page is alive.
    let pfn = unsafe { (*page).pfn };
    pte_t {
        pte: FORMAT.make(pfn, prot.pgprot),
    }
}

pub unsafe fn vm_normal_page(_vma: *mut vm_area_struct, _addr: usize, pte: pte_t) -> *mut page {
    if pte.pte & FORMAT.special != 0 {
        return null_mut();
    }
    page_of(FORMAT.pfn(0, pte.pte))
}

/// Whether gup may have pinned the folio: read first, and the mark of its page is taken away then.
fn take_exclusive(folio: *mut folio, page: *mut page) -> Result<(), c_int> {
    step();
    note(|| format!("looks for pins: {} references", live(folio).refs.get()));
    if live(folio).refs.get() >= GUP_PIN_COUNTING_BIAS {
        return Err(EBUSY.to_errno());
    }
    step();
    note(|| "takes the exclusive mark away".into());
    // SAFETY: The page is alive.
    unsafe { (*page).anon_exclusive.set(false) };
    Ok(())
}

pub unsafe fn folio_try_share_anon_rmap_pte(folio: *mut folio, page: *mut page) -> c_int {
    take_exclusive(folio, page).err().unwrap_or(0)
}

pub unsafe fn folio_try_dup_anon_rmap_pte(
    folio: *mut folio,
    page: *mut page,
    _dst: *mut vm_area_struct,
    _src: *mut vm_area_struct,
) -> c_int {
    // SAFETY: The page is alive.
    if unsafe { (*page).anon_exclusive.get() } {
        if let Err(err) = take_exclusive(folio, page) {
            return err;
        }
    }
    live(folio).mapcount.set(live(folio).mapcount.get() + 1);
    0
}

pub unsafe fn folio_remove_rmap_pte(
    folio: *mut folio,
    _page: *mut page,
    _vma: *mut vm_area_struct,
) {
    live(folio).mapcount.set(live(folio).mapcount.get() - 1);
}

pub unsafe fn vma_gup_may_write(vma: *mut vm_area_struct) -> bool {
    // SAFETY: The vma is alive.
    let vm_flags = unsafe { (*vma).__bindgen_anon_2.vm_flags };
    vm_flags & (flags::WRITE | flags::IO | flags::PFNMAP) == flags::WRITE
}

/// Whether a private page may be written without a copy.
pub unsafe fn can_change_pte_writable(vma: *mut vm_area_struct, addr: usize, pte: pte_t) -> bool {
    // SAFETY: What the caller vouches for.
    let page = unsafe { vm_normal_page(vma, addr, pte) };
    // SAFETY: It is alive if it is there.
    !page.is_null() && unsafe { (*page).anon_exclusive.get() }
}

pub unsafe fn get_user_pages_remote(
    mm: *mut mm_struct,
    start: usize,
    _nr: c_ulong,
    gup_flags: c_uint,
    pages: *mut *mut page,
    _locked: *mut c_int,
) -> c_long {
    called("get_user_pages_remote");
    let write = gup_flags & FOLL_WRITE != 0;
    // SAFETY: The mmap lock is held.
    if let Err(err) = unsafe { ((*mm).handle_mm_fault)(mm, start, write) } {
        return err as c_long;
    }
    let Some((0, raw)) = crate::machine::leaf_at(mm, start) else {
        return EFAULT.to_errno() as c_long;
    };
    let page = page_of(FORMAT.pfn(0, raw));
    if page.is_null() {
        return EFAULT.to_errno() as c_long;
    }
    // SAFETY: The page is mapped: nothing has run since it was found.
    unsafe { folio_get((*page).folio) };
    // SAFETY: The caller has room for a page.
    unsafe { pages.write(page) };
    1
}

pub unsafe fn fatal_signal_pending(_task: *mut task_struct) -> c_int {
    0
}

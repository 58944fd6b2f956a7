// SPDX-License-Identifier: GPL-2.0

//! References to the folio of a page that is mapped.

use kernel::{
    bindings::{alloc_anon_page, mk_pte, page_folio, pgprot_t},
    format::FORMAT,
    machine,
    mm::{
        device_exclusive::ExclusivePages,
        notifier::{InvalidateRange, Owner},
        pgtable::pages::PteBatch,
        MmWithUser,
    },
    virt::flags,
};
use std::ptr::null_mut;
use tests::process::{Process, LARGEST};

const HOME: usize = 8 * FORMAT.size(LARGEST);
const PAGE: usize = FORMAT.size(0);

/// Whether a device that finds the folio of the page locked gets a reference to wait with.
fn waits(process: Process) -> bool {
    // SAFETY: The process is alive.
    let mm = unsafe { MmWithUser::from_raw(process.0) };
    let mmap = mm.mmap_read_lock();
    let vma = mmap.vma_lookup(HOME).expect("a vma");
    let range = InvalidateRange::exclusive(&mmap, HOME..HOME + PAGE, Owner::NONE);
    let mut range = range.expect("addresses");
    let notified = range.start();
    let mut room = [null_mut()];
    let mut pages = ExclusivePages::new(&mut room);
    let mut batch = PteBatch::lock(vma, HOME).expect("a table");
    let leaf = batch.normal().expect("a page");
    let mut busy = None;
    pages.take(0, leaf, &mut None, notified.unmapped(), &mut busy);
    assert_eq!(pages.taken(), 0);
    drop(batch);
    busy.is_some()
}

/// A folio whose count of references has overflowed, by those that were forgotten, gets no more.
#[test]
fn reference_is_not_one_too_many() {
    machine::boot();
    let process = Process::new(FORMAT.levels[0]);
    let vm_flags = flags::READ | flags::WRITE | flags::MAYWRITE;
    process.map_memory(HOME..HOME + PAGE, vm_flags);
    let page = alloc_anon_page();
    let pgprot = FORMAT.readable;
    // SAFETY: The page is alive.
    let raw = unsafe { mk_pte(page, pgprot_t { pgprot }) }.pte;
    process.put_leaf(0, HOME, FORMAT.mkdirty(FORMAT.mkwrite(raw)));
    // SAFETY: Pages are freed at the end of a test.
    let folio = unsafe { &*page_folio(page) };
    folio.locked.set(true);
    for (refs, expected) in [(1, true), (2, true), (i32::MIN, false), (-1, false)] {
        folio.refs.set(refs);
        assert_eq!(waits(process), expected, "of {refs}");
        assert_eq!(folio.refs.get(), refs);
    }
    folio.refs.set(1);
    folio.locked.set(false);
    process.exit();
}

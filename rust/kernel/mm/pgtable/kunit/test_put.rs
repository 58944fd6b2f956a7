// SPDX-License-Identifier: GPL-2.0

//! A PTE that a KUnit test puts into a table by hand, and what it says.
//!
//! C header: [`include/linux/leafops.h`](srctree/include/linux/leafops.h)

use super::{
    pages::{DeviceExclusive, SoftLeaf},
    test_mm::{block_addr, Make, TestMm},
    Entry, Pte, SlotGuard,
};
use crate::{bindings, prelude::*};

/// The block whose first PTE a test puts.
pub(super) const BLOCK: usize = 1;

/// The first PTE of [`BLOCK`] as a test has put it, until this is dropped.
///
/// # Invariants
///
/// Nothing else uses the block. A page that the entry names is the test's to keep.
pub(super) struct Put<'a>(&'a TestMm);

impl<'a> Put<'a> {
    pub(super) fn new(test: &'a TestMm, pte: bindings::pte_t) -> Result<Self> {
        let put = Self(test);
        // SAFETY: Nothing has used the block yet, and a page that the entry names is the test's.
        put.look(|guard| unsafe { guard.slot().set_pte(pte) })?;
        Ok(put)
    }

    pub(super) fn look<R>(&self, f: impl FnOnce(&mut SlotGuard<'_, Pte>) -> R) -> Result<R> {
        // SAFETY: The mm is the test's, and nothing is mapped above the entry.
        let mut guard = unsafe { Pte::lock(self.0.vma(), block_addr(BLOCK)) }?;
        Ok(f(&mut guard))
    }
}

impl Drop for Put<'_> {
    fn drop(&mut self) {
        let (mm, addr) = (self.0.mm().as_raw(), block_addr(BLOCK));
        // SAFETY: The guard holds the lock of the entry for the address.
        let clear = |ptep| unsafe { bindings::ptep_get_and_clear(mm, addr, ptep) };
        // C must find nothing that it would take for memory to be freed.
        let _ = self.look(|guard| clear(guard.slot().as_ptr()));
    }
}

/// Returns `pte`, which is not present, with the bits that are to outlive what was mapped.
pub(super) fn marked(pte: bindings::pte_t, soft_dirty: bool, uffd: bool) -> bindings::pte_t {
    let mut pte = pte;
    if soft_dirty {
        // SAFETY: The function works on the bits of the value alone.
        pte = unsafe { bindings::pte_swp_mksoft_dirty(pte) };
    }
    if uffd {
        // SAFETY: The function works on the bits of the value alone.
        pte = unsafe { bindings::pte_swp_mkuffd(pte) };
    }
    pte
}

/// What of `soft_dirty` and `uffd` this architecture has.
pub(super) fn kept(soft_dirty: bool, uffd: bool) -> (bool, bool) {
    (
        soft_dirty && cfg!(CONFIG_MEM_SOFT_DIRTY),
        uffd && cfg!(CONFIG_HAVE_ARCH_USERFAULTFD_WP),
    )
}

/// Returns the entry if it is that of a page that a device has.
pub(super) fn exclusive_in<'g>(entry: Entry<'g, Pte>) -> Option<DeviceExclusive<'g>> {
    let Entry::NonPresent(entry) = entry else {
        return None;
    };
    match entry.softleaf() {
        SoftLeaf::DeviceExclusive(entry) => Some(entry),
        _ => None,
    }
}

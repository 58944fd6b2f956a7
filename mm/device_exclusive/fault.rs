// SPDX-License-Identifier: GPL-2.0

//! A CPU touches a page that a device has.

use kernel::mm::{
    folio::LockedFolio,
    notifier::InvalidateRange,
    pgtable::{pages::SeenExclusive, Pmd, Pte, Slot},
};

/// Takes the page at the address of `pmd`, the entry above its own, back from the device. Equivalent
/// to C's `remove_device_exclusive_entry()`.
///
/// `folio` was locked by what the entry said when it was `seen`, before there was a lock. What
/// counts is the entry that is there now: if it is another, or the folio of its page is not the one
/// that is locked, nothing is done, and the CPU faults again. The second happens where the folio was
/// split and the page made exclusive once more, so that the entry has the value that it had.
#[inline]
pub(crate) fn take_back(folio: LockedFolio, seen: SeenExclusive, pmd: Slot<'_, Pmd>) {
    let mut range = InvalidateRange::clear::<Pte>(&pmd);
    let notified = range.start();
    if let Some(mut guard) = pmd.lock_pte() {
        if let Some(entry) = guard.still(seen) {
            let _ = entry.restore(folio.lock(), notified.unmapped());
        }
    }
    drop(folio);
}

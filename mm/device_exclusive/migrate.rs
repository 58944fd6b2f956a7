// SPDX-License-Identifier: GPL-2.0

//! Collecting pages that are to be moved to a device.

use kernel::mm::{
    folio::FolioRef,
    pgtable::{MaybePinned, Moving, PteRun},
};

/// Takes the entries of `run` away, of which the first is cleared, as far as they are as simple:
/// present, of a folio of one page, whose lock is free. `done` gets each page, in order: one that
/// moves, or one that may be pinned and stays. Equivalent to what C's `migrate_vma_collect_pmd()` does
/// with a present entry.
#[inline]
pub(crate) fn collect<'t>(mut run: PteRun<'t>, done: impl FnMut(Result<Moving<'t>, MaybePinned>)) {
    while let Some(next) = run.next() {
        let page = next.page();
        if !page.is_plain() {
            break;
        }
        let Ok(folio) = FolioRef::get(&page).try_lock() else {
            break;
        };
        if !next.clear(folio) {
            break;
        }
    }
    run.flush(done);
}

// SPDX-License-Identifier: GPL-2.0

//! Collecting pages that are to be moved to a device.

use kernel::mm::{
    folio::{FolioRef, LockedFolio},
    pgtable::{ClearedRun, MaybePinned, Moving, NormalLeaf, PteRun},
};

/// Takes the entry of `first`, and those behind it in `run` as far as they are as simple: present,
/// of a folio of one page, whose lock is free. `done` gets each page, in order: one that moves, or
/// one that may be pinned and stays. Equivalent to what C's `migrate_vma_collect_pmd()` does with a
/// present entry.
#[inline]
pub(crate) fn collect<'t>(
    first: (NormalLeaf<'t>, LockedFolio),
    run: PteRun<'t>,
    done: impl FnMut(Result<Moving<'t>, MaybePinned>),
) {
    let mut cleared = ClearedRun::new();
    cleared.push(first.0, first.1);
    for leaf in run {
        let page = leaf.page();
        if cleared.is_full() || !page.is_plain() {
            break;
        }
        let Ok(folio) = FolioRef::get(&page).try_lock() else {
            break;
        };
        if !cleared.push(leaf, folio) {
            break;
        }
    }
    cleared.flush(done);
}

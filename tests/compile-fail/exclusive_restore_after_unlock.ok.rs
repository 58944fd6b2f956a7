// SPDX-License-Identifier: GPL-2.0

//! An entry is made present while its page-table lock is held.

use kernel::mm::{
    folio::*,
    notifier::*,
    pgtable::{pages::*, *},
};

pub fn restore(
    mut guard: SlotGuard<'_, Pte>,
    seen: SeenExclusive,
    folio: &FolioLock<'_>,
    unmapped: Unmapped<'_, All>,
) {
    if let Some(entry) = guard.still(seen) {
        let _ = entry.restore(folio, unmapped);
    }
    drop(guard);
}

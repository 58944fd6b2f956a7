// SPDX-License-Identifier: GPL-2.0

//! Collecting pages that are to be moved to a device.

use kernel::mm::pgtable::pages::PteRun;

/// Clears the entries of `run`, of which the first is cleared, as far as they are as simple: present,
/// of a folio of one page, whose lock is free. Equivalent to what C's `migrate_vma_collect_pmd()` does
/// first with a present entry.
#[inline]
pub(crate) fn collect(run: &mut PteRun<'_>) {
    while run.clear_next() {}
}

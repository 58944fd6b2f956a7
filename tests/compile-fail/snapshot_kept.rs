// SPDX-License-Identifier: GPL-2.0

//! A slot is locked for what its snapshot showed, not beside a snapshot that is kept.

use kernel::mm::pgtable::*;

pub fn is_leaf(slot: Slot<'_, Pud>) -> bool {
    let before = slot.snapshot();
    let mut _guard = slot.lock(); //~ E0382
    matches!(before, Snapshot::Leaf(_))
}

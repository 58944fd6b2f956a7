// SPDX-License-Identifier: GPL-2.0

//! A snapshot has no frame: only a leaf that was read under its lock has one.

use kernel::mm::pgtable::*;

pub fn frame(slot: Slot<'_, Pmd>) -> Option<usize> {
    match slot.snapshot() {
        Snapshot::Leaf(leaf) => Some(leaf.pfn().as_raw()), //~ E0599
        _ => None,
    }
}

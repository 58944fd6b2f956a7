// SPDX-License-Identifier: GPL-2.0

//! A snapshot has no protection: only a leaf that was read under its lock has one.

use kernel::mm::pgtable::*;

pub fn writable(slot: Slot<'_, Pmd>) -> bool {
    match slot.snapshot() {
        Snapshot::Leaf(leaf) => leaf.writable(), //~ E0599
        _ => false,
    }
}

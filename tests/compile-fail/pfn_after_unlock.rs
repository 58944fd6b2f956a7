// SPDX-License-Identifier: GPL-2.0

//! A mapped frame is used before the lock of its leaf is released.

use kernel::mm::pgtable::*;

pub fn is_frame(mut guard: SlotGuard<'_, Pmd>, raw: usize) -> bool {
    let Entry::Leaf(leaf) = guard.entry() else {
        return false;
    };
    let pfn = leaf.pfn();
    drop(guard); //~ E0505
    pfn.as_raw() == raw
}

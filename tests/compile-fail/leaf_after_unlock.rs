// SPDX-License-Identifier: GPL-2.0

//! What a leaf says is used before its lock is released.

use kernel::mm::pgtable::*;

pub fn writable(mut guard: LeafGuard<'_, Pmd>) -> bool {
    let leaf = guard.leaf();
    drop(guard); //~ E0505
    leaf.writable()
}

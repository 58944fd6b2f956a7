// SPDX-License-Identifier: GPL-2.0

//! A protection is a leaf's only while the leaf's lock is held.

use kernel::mm::pgtable::*;

pub fn bits(guard: LeafGuard<'_, Pmd>) -> u64 {
    let prot = guard.pgprot();
    drop(guard); //~ E0505
    prot.bits()
}

// SPDX-License-Identifier: GPL-2.0

//! That C has found the entry for a leaf is said by unsafe code.

use kernel::{bindings, mm::pgtable::*};

pub fn map(leaf: NewLeaf<'_, '_, Pmd>, pmd: *mut bindings::pmd_t) -> Result<(), NotInstalled> {
    leaf.lock(pmd).install() //~ E0133
}

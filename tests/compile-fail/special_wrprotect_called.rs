// SPDX-License-Identifier: GPL-2.0

//! A leaf is write-protected where fork copies it, so that its old value is not used.

use kernel::{mm::pgtable::*, prelude::*};

pub fn copy(slots: ForkSlots<'_, Pmd>, _leaf: Special<'_, Pmd>) -> Result {
    let _protected = _leaf.wrprotect(); //~ E0624
    slots.copy()
}

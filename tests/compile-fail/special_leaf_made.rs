// SPDX-License-Identifier: GPL-2.0

//! No leaf is special but by the constructor that sets the bit.

use kernel::{bindings, mm::pgtable::*};

pub fn leaf(raw: bindings::pmd_t) -> SpecialLeaf<'static, Pmd> {
    SpecialLeaf(raw) //~ E0423
}

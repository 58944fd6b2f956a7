// SPDX-License-Identifier: GPL-2.0

//! Nobody declares a value special without having found the bit.

use kernel::{bindings, mm::pgtable::*};

pub fn leaf(raw: bindings::pmd_t) -> SpecialLeaf<'static, Pmd> {
    SpecialLeaf::found(raw) //~ E0624
}

// SPDX-License-Identifier: GPL-2.0

//! A page that has a reference count does not get the special bit.

use kernel::{mm::pgtable::*, page::Page};

pub fn leaf(page: &Page) -> SpecialLeaf<'static, Pte> {
    SpecialLeaf::new(page) //~ E0308
}

// SPDX-License-Identifier: GPL-2.0

//! A mapped frame comes from a leaf under its lock, not from a number.

use kernel::mm::pgtable::*;

pub fn frame<'g>(leaf: &Leaf<'g, Pmd>) -> MappedPfn<'g> {
    MappedPfn::new(Pfn::new(leaf.pfn().as_raw())) //~ E0624
}

// SPDX-License-Identifier: GPL-2.0

//! A number is not a mapped frame, which only a lock can vouch for.

use kernel::mm::pgtable::*;

pub fn frame<'g>(leaf: &Leaf<'g, Pmd>) -> MappedPfn<'g> {
    Pfn::new(leaf.pfn().as_raw()) //~ E0308
}

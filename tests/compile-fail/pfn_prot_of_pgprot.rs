// SPDX-License-Identifier: GPL-2.0

//! The protection of another leaf has the cache mode of other frames.

use kernel::mm::pgtable::*;

pub fn leaf(other: &Leaf<'_, Pmd>) -> SpecialLeaf<'static, Pmd> {
    SpecialLeaf::new(other.pgprot()) //~ E0308
}

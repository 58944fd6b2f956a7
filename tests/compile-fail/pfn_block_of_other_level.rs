// SPDX-License-Identifier: GPL-2.0

//! The frames of one level's leaf are no other level's.

use kernel::mm::pgtable::*;

pub fn frames(pfn: Pfn) -> Option<PfnBlock<Pud>> {
    PfnBlock::<Pmd>::new(pfn) //~ E0308
}

// SPDX-License-Identifier: GPL-2.0

//! A frame number is not masked: it is tried as the first of a block.

use kernel::mm::pgtable::*;

pub fn is_aligned(pfn: Pfn) -> bool {
    PfnBlock::<Pmd>::new(pfn).is_some()
}

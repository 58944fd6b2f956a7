// SPDX-License-Identifier: GPL-2.0

//! A leaf becomes writable for frames that a driver has vouched for, not for those found in it.

use kernel::mm::pgtable::*;

pub fn write(leaf: Special<'_, Pmd>, place: &VmaBlock<'_, Pmd>) -> Option<bool> {
    let prot = PfnProt::new(place.vma(), leaf.copied().frames())?; //~ E0308
    Some(leaf.mkwritten(place, &prot))
}

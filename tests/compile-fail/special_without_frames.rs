// SPDX-License-Identifier: GPL-2.0

//! Who writes to a leaf says which frames it has to map: others may be there.

use kernel::mm::pgtable::*;

pub fn write(leaf: Special<'_, Pmd>, place: &VmaBlock<'_, Pmd>, _prot: &PfnProt<Pmd>) -> bool {
    leaf.mkwritten(place) //~ E0061
}

// SPDX-License-Identifier: GPL-2.0

//! Being a level of tables is not enough: on arm64 the PUD's special bit is off.

use kernel::mm::pgtable::*;

pub fn mkold<L: TableLevel>(leaf: SpecialLeaf<'_, L>) -> SpecialLeaf<'_, L> {
    //~^ E0277
    leaf
}

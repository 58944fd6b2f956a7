// SPDX-License-Identifier: GPL-2.0

//! A PUD is special where the architecture says so: that a level has tables says nothing.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn keep<'v, 'd, L: TableLevel>(leaf: NewLeaf<'v, 'd, L>) -> NewLeaf<'v, 'd, L> {
    //~^ E0277
    leaf
}

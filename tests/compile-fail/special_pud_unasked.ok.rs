// SPDX-License-Identifier: GPL-2.0

//! A PUD is special where the architecture says so, as x86_64 and arm64 do.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn keep<'v, 'd>(leaf: NewLeaf<'v, 'd, Pud>) -> NewLeaf<'v, 'd, Pud> {
    leaf
}

// SPDX-License-Identifier: GPL-2.0

//! Being a level of tables is not enough: on arm64 the PUD's special bit is off.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn keep<'v, 'd, L: HugeLevel>(leaf: NewLeaf<'v, 'd, L>) -> NewLeaf<'v, 'd, L> {
    leaf
}

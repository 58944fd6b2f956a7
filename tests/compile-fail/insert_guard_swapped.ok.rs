// SPDX-License-Identifier: GPL-2.0

//! Two leaves that are about to be installed do not change places without their entries.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn swap<'v, 'd>(one: &mut InsertGuard<'v, 'd, Pmd>, two: &mut InsertGuard<'v, 'd, Pmd>) {
    core::mem::swap(one, two);
}

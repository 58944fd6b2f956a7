// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found is written to for the frames that are wanted there: others may be.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn write(_leaf: Special<'_, Pmd>, _guard: &mut InsertGuard<'_, '_, Pmd>) {
    let _ = _guard.mkwritten();
}

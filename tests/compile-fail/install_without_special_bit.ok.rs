// SPDX-License-Identifier: GPL-2.0

//! Nothing is installed at a level without a special bit.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map<L: SpecialLevel>(guard: &mut InsertGuard<'_, '_, L>) -> Result<(), NotInstalled> {
    guard.install()
}

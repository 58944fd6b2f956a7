// SPDX-License-Identifier: GPL-2.0

//! Nothing is installed at a level without a special bit.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map<L: Level>(guard: &mut InsertGuard<'_, '_, L>) -> Result<(), NotInstalled> {
    //~^ E0277
    guard.install() //~ E0599
}

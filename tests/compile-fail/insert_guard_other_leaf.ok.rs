// SPDX-License-Identifier: GPL-2.0

//! Under the lock of an entry no frames take the place of those that its leaf was made for.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map<'v, 'd>(
    guard: &mut InsertGuard<'v, 'd, Pmd>,
    _other: DeviceBlock<'d, Pmd>,
) -> Result<(), NotInstalled> {
    guard.install()
}

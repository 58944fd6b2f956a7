// SPDX-License-Identifier: GPL-2.0

//! Under the lock of an entry no leaf takes the place of the one that was made for it.

use kernel::mm::pgtable::*;

pub fn map<'v, 'd>(
    guard: &mut InsertGuard<'v, 'd, Pmd>,
    _other: NewLeaf<'v, 'd, Pmd>,
) -> Result<(), NotInstalled> {
    guard.leaf = _other; //~ E0616
    guard.install()
}

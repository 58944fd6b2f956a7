// SPDX-License-Identifier: GPL-2.0
// error: E0277

//! Nobody goes down from a PTE: there is no table below.

use kernel::mm::pgtable::*;

pub type Below<'t> = Table<'t, Pte>;

pub fn lock(_table: Below<'_>) -> bool {
    false
}

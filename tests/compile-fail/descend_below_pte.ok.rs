// SPDX-License-Identifier: GPL-2.0

//! There is no way down from a PTE: there is no table below.

use kernel::mm::pgtable::*;

pub type Below<'t> = Table<'t, Pmd>;

pub fn lock(table: Below<'_>) -> bool {
    table.lock_pte().is_some()
}

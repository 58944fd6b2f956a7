// SPDX-License-Identifier: GPL-2.0

//! The architecture is told of an entry by what fills it, and not of another.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map(
    guard: &mut InsertGuard<'_, '_, Pmd>,
    _other: &SlotGuard<'_, Pmd>,
) -> Result<(), NotInstalled> {
    guard.install()?;
    _other.slot().update_mmu_cache(); //~ E0624
    Ok(())
}

// SPDX-License-Identifier: GPL-2.0

//! A slot needs a vma, which says that its tables are kept, not only a mm.

use kernel::mm::{pgtable::*, virt::VmaRef, MmWithUser};

pub fn slot<'t>(_mm: &'t MmWithUser, tables: &'t VmaRef) -> Option<Slot<'t, Pud>> {
    Slot::find(tables, 0)
}

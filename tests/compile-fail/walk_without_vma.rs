// SPDX-License-Identifier: GPL-2.0

//! A walk needs a vma, which says that its tables are kept, not only a mm.

use kernel::mm::{pgtable::*, virt::VmaRef, MmWithUser};

pub fn walk<'t>(tables: &'t MmWithUser, _vma: &'t VmaRef) -> Option<Walk<'t>> {
    Walk::new(tables, 0) //~ E0308
}

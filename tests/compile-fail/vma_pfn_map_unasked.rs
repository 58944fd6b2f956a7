// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! Not every vma may map frames: it is asked.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn pfnmap(vma: &VmaRef) -> Option<&VmaPfnMap> {
    Some(vma)
}

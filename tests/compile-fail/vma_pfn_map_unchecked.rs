// SPDX-License-Identifier: GPL-2.0

//! A vma that was asked may answer that it takes no frames.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn block(vma: &VmaRef) -> Option<VmaBlock<'_, Pmd>> {
    vma.as_pfnmap_vma().block(vma.start()) //~ E0599
}

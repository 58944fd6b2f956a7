// SPDX-License-Identifier: GPL-2.0

//! The flags of a vma may say that it takes no frames.

use kernel::mm::{pfnmap::*, pgtable::*, virt::VmaRef};

/// # Safety
///
/// `vma` was set up.
pub unsafe fn block(vma: &VmaRef) -> Option<VmaBlock<'_, Pmd>> {
    // SAFETY: The contract of this function.
    let frames = unsafe { vma.as_pfnmap_vma() };
    frames.block(vma.start()) //~ E0599
}

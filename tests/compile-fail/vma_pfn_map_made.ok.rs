// SPDX-License-Identifier: GPL-2.0

//! A vma is not declared one for frames.

use kernel::mm::{pgtable::*, virt::VmaRef};

/// # Safety
///
/// `vma` was set up.
pub unsafe fn pfnmap(vma: VmaRef) -> bool {
    // SAFETY: The contract of this function.
    let Some(vma) = (unsafe { vma.as_pfnmap_vma() }) else {
        return false;
    };
    vma.block::<Pmd>(vma.start()).is_some()
}

// SPDX-License-Identifier: GPL-2.0

//! Not every vma may map frames: its flags say so.

use kernel::mm::{pfnmap::*, virt::VmaRef};

/// # Safety
///
/// `vma` was set up.
pub unsafe fn pfnmap(vma: &VmaRef) -> Option<&VmaPfnMap> {
    // SAFETY: The contract of this function.
    unsafe { vma.as_pfnmap_vma() }
}

// SPDX-License-Identifier: GPL-2.0

//! That the flags of a vma change no more is said by unsafe code.

use kernel::mm::{pfnmap::*, virt::VmaRef};

/// # Safety
///
/// `vma` was set up.
pub unsafe fn pfnmap(vma: &VmaRef) -> Option<&VmaPfnMap> {
    // SAFETY: The contract of this function.
    unsafe { vma.as_pfnmap_vma() }
}

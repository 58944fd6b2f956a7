// SPDX-License-Identifier: GPL-2.0

//! A vma is not declared one for frames.

use kernel::mm::{pfnmap::*, pgtable::*, virt::VmaRef};

/// # Safety
///
/// `vma` was set up.
pub unsafe fn pfnmap(vma: VmaRef) -> bool {
    let vma = VmaPfnMap { vma }; //~ E0451
    vma.block::<Pmd>(vma.start()).is_some()
}

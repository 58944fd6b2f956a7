// SPDX-License-Identifier: GPL-2.0

//! A vma that is being set up is none for frames yet: its flags may still change.

use kernel::{
    mm::{
        pfnmap::{vm_ops::*, *},
        pgtable::*,
        virt::{VmaNew, VmaRef},
    },
    prelude::*,
    sync::Arc,
};

fn starts_with_block(vma: &VmaPfnMap) -> bool {
    vma.block::<Pmd>(vma.start()).is_some()
}

/// # Safety
///
/// `other` was set up.
pub unsafe fn mmap<T: VmOperations>(card: Arc<T>, vma: &VmaNew, other: &VmaRef) -> Result<bool> {
    vma.pfnmap()?.serve(card);
    // SAFETY: The contract of this function.
    let _other = unsafe { other.as_pfnmap_vma() }.ok_or(EINVAL)?;
    Ok(starts_with_block(_other))
}

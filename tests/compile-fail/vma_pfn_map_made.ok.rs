// SPDX-License-Identifier: GPL-2.0

//! A vma is not declared one for frames.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn pfnmap(vma: &VmaRef) -> Option<&VmaPfnMap> {
    vma.as_pfnmap_vma()
}

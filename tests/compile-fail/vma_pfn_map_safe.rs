// SPDX-License-Identifier: GPL-2.0

//! That the flags of a vma change no more is said by unsafe code.

use kernel::mm::{pfnmap::*, virt::VmaRef};

pub fn pfnmap(vma: &VmaRef) -> Option<&VmaPfnMap> {
    vma.as_pfnmap_vma() //~ E0133
}

// SPDX-License-Identifier: GPL-2.0

//! A vma is not declared one for frames.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn pfnmap(vma: VmaRef) -> VmaPfnMap {
    VmaPfnMap { vma } //~ E0451
}

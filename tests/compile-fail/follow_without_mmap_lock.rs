// SPDX-License-Identifier: GPL-2.0

//! A lookup needs the mmap lock: the vma lock does not do.

use kernel::mm::{pfnmap::PfnmapGuard, virt::VmaRef, *};

pub fn writable(lock: &VmaReadGuard<'_>, vma: &VmaRef, address: usize) -> bool {
    PfnmapGuard::start(lock, vma, address).is_ok_and(|mapping| mapping.writable())
    //~^ E0308
}

// SPDX-License-Identifier: GPL-2.0

//! A lookup may find nothing.

use kernel::{
    mm::{pfnmap::PfnmapGuard, virt::VmaRef, MmapReadGuard},
    prelude::*,
};

pub fn writable(mmap: &MmapReadGuard<'_>, vma: &VmaRef, address: usize) -> Result<bool> {
    let mapping = PfnmapGuard::start(mmap, vma, address);
    Ok(mapping.writable()) //~ E0599
}

// SPDX-License-Identifier: GPL-2.0

//! A lookup is kept: where its guard is ignored it ends at once.

use kernel::{
    mm::{pfnmap::PfnmapGuard, virt::VmaRef, MmapReadGuard},
    prelude::*,
};

pub fn follow(mmap: &MmapReadGuard<'_>, vma: &VmaRef, address: usize) -> Result {
    PfnmapGuard::start(mmap, vma, address)?; //~ unused_must_use
    Ok(())
}

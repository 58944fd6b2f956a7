// SPDX-License-Identifier: GPL-2.0

//! A frame that was looked up is not kept from one lookup to the next; its number may be.

use kernel::{
    mm::{pfnmap::PfnmapGuard, virt::VmaRef, MmapReadGuard},
    prelude::*,
};

pub fn repeats(mmap: &MmapReadGuard<'_>, vma: &VmaRef, addresses: &[usize]) -> Result<bool> {
    let mut last = None;
    for &address in addresses {
        let mapping = PfnmapGuard::start(mmap, vma, address)?;
        let pfn = Some(mapping.pfn()); //~ E0597
        if pfn == last {
            return Ok(true);
        }
        last = pfn;
    }
    Ok(false)
}

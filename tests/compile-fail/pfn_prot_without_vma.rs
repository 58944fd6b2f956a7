// SPDX-License-Identifier: GPL-2.0

//! A vma that may not map frames gives no protection for them.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn prot(vma: &VmaRef, frames: DeviceBlock<Pmd>) -> Option<PfnProt<Pmd>> {
    PfnProt::new(vma, frames) //~ E0308
}

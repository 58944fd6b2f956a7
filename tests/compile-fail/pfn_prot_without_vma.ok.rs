// SPDX-License-Identifier: GPL-2.0

//! A vma that may not map frames gives no protection for them.

use kernel::mm::pgtable::*;

pub fn prot(vma: &VmaPfnMap, frames: DeviceBlock<Pmd>) -> Option<PfnProt<Pmd>> {
    PfnProt::new(vma, frames)
}

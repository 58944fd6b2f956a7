// SPDX-License-Identifier: GPL-2.0

//! Any frames are not frames that user space may access.

use kernel::mm::pgtable::*;

pub fn prot(vma: &VmaPfnMap, frames: PfnBlock<Pmd>) -> Option<PfnProt<Pmd>> {
    PfnProt::new(vma, frames) //~ E0308
}

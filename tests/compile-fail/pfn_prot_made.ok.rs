// SPDX-License-Identifier: GPL-2.0

//! Protection is found for frames, with their cache mode: it is not put together.

use kernel::mm::pgtable::*;

pub fn prot(frames: DeviceBlock<Pmd>, vma: &VmaPfnMap) -> Option<PfnProt<Pmd>> {
    PfnProt::new(vma, frames)
}

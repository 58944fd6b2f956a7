// SPDX-License-Identifier: GPL-2.0

//! Protection is found for frames, with their cache mode: it is not put together.

use kernel::{bindings, mm::pgtable::*};

pub fn prot(frames: DeviceBlock<Pmd>, prot: bindings::pgprot_t) -> Option<PfnProt<Pmd>> {
    Some(PfnProt { frames, prot }) //~ E0451
}

// SPDX-License-Identifier: GPL-2.0

//! The protection of some frames is not given to others.

use kernel::mm::pgtable::*;

pub fn leaf(mut prot: PfnProt<Pmd>, frames: DeviceBlock<Pmd>) -> Option<SpecialLeaf<'static, Pmd>> {
    prot.frames = frames; //~ E0616
    Some(SpecialLeaf::new(prot))
}

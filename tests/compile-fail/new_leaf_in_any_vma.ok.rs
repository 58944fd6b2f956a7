// SPDX-License-Identifier: GPL-2.0

//! A vma that may not map frames has no place for them.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    vma: &'v VmaPfnMap,
    frames: DeviceBlock<'d, Pmd>,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    vma.block(vma.start())?.leaf(frames, Access::Read)
}

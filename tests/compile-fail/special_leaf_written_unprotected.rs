// SPDX-License-Identifier: GPL-2.0

//! A leaf for a write has a protection too, which comes after the checks of vma and frames.

use kernel::mm::pgtable::*;

pub fn write(frames: DeviceBlock<Pmd>, vma: &VmaPfnMap) -> Option<SpecialLeaf<'_, Pmd>> {
    Some(SpecialLeaf::written(frames, vma)) //~ E0308
}

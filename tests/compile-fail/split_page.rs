// SPDX-License-Identifier: GPL-2.0

//! A page is not split.

use kernel::mm::pgtable::*;

pub fn table(vma: &VmaPfnMap, gfp: kernel::alloc::Flags) -> bool {
    SpareTable::<Pte>::new(vma, gfp).is_ok()
    //~^ E0277
    //~^^ E0599
}

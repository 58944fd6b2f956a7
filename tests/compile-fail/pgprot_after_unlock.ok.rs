// SPDX-License-Identifier: GPL-2.0

//! A protection is a leaf's only while the leaf's lock is held.

use kernel::mm::pfnmap::*;

pub fn bits(mapping: PfnmapGuard<'_>) -> u64 {
    let prot = mapping.pgprot();
    let bits = prot.bits();
    drop(mapping);
    bits
}

// SPDX-License-Identifier: GPL-2.0

//! The lock of a folio does not change places with one that is released first.

use kernel::mm::folio::*;

pub fn unlock<'f>(held: &'f LockedFolio, mut own: FolioLock<'f>) {
    core::mem::swap(&mut *held.lock(), &mut own); //~ E0596
    drop(own);
}

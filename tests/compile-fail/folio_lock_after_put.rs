// SPDX-License-Identifier: GPL-2.0

//! The lock of a folio is not used after the reference that keeps the folio.

use kernel::mm::folio::*;

pub fn is_dirty(folio: LockedFolio) -> bool {
    let lock = folio.lock();
    drop(folio); //~ E0505
    lock.dirty()
}

// SPDX-License-Identifier: GPL-2.0

//! Locking a folio takes the reference, so that none is left to lock it by again.

use kernel::mm::folio::*;

pub fn lock(folio: FolioRef) -> Option<(LockedFolio, LockedFolio)> {
    Some((folio.try_lock().ok()?, folio.try_lock().ok()?)) //~ E0382
}

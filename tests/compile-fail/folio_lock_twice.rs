// SPDX-License-Identifier: GPL-2.0

//! Who has locked a folio has no reference left to lock it by again.

use kernel::mm::folio::*;

pub fn lock(folio: FolioRef) -> Option<(LockedFolio, LockedFolio)> {
    Some((folio.try_lock().ok()?, folio.try_lock().ok()?)) //~ E0382
}

// SPDX-License-Identifier: GPL-2.0

//! That a folio is locked is known where it was locked.

use kernel::mm::folio::*;

pub fn lock(folio: FolioRef) -> Option<LockedFolio> {
    folio.try_lock().ok()
}

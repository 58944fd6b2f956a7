// SPDX-License-Identifier: GPL-2.0

//! A folio that an entry keeps is unlocked before the lock of the entry is released.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn is_dirty(mut batch: PteBatch<'_>) -> Option<bool> {
    let lock: FolioLock<'_> = batch.normal()?.page().try_lock()?;
    drop(batch); //~ E0505
    Some(lock.dirty())
}

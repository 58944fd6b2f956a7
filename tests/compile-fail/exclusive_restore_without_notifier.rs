// SPDX-License-Identifier: GPL-2.0

//! A CPU maps a page again after the device was told to let go of it.

use kernel::mm::{folio::*, notifier::*, pgtable::*};

pub fn restore<'g>(
    entry: DeviceExclusive<'g>,
    folio: &FolioLock<'_>,
    _unmapped: Unmapped<'_>,
    place: &VmaPage<'g>,
) -> bool {
    entry.restore(folio, place).is_some() //~ E0061
}

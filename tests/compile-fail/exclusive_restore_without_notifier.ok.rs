// SPDX-License-Identifier: GPL-2.0

//! A CPU maps a page again after the device was told to let go of it.

use kernel::mm::{folio::*, notifier::*, pgtable::*};

pub fn restore<'g>(
    entry: DeviceExclusive<'g>,
    folio: &FolioLock<'_>,
    unmapped: Unmapped<'_>,
    place: &VmaPage<'g>,
) -> bool {
    entry.restore(folio, unmapped, place).is_some()
}

// SPDX-License-Identifier: GPL-2.0

//! A CPU maps a page again after every device was told, its owner too.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn restore(
    entry: DeviceExclusive<'_>,
    folio: &FolioLock<'_>,
    unmapped: Unmapped<'_, Others>,
) -> bool {
    entry.restore(folio, unmapped).is_some() //~ E0308
}

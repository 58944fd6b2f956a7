// SPDX-License-Identifier: GPL-2.0

//! A CPU maps a page again after the device was told to let go of it.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn restore(
    entry: DeviceExclusive<'_>,
    folio: &FolioLock<'_>,
    _unmapped: Unmapped<'_, All>,
) -> bool {
    entry.restore(folio).is_some() //~ E0061
}

// SPDX-License-Identifier: GPL-2.0

//! To take a page back waits for what made it exclusive: a reference to the folio is no lock.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn restore(
    entry: DeviceExclusive<'_>,
    folio: &FolioLock<'_>,
    unmapped: Unmapped<'_, All>,
) -> bool {
    entry.restore(folio, unmapped).is_some()
}

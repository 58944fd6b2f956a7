// SPDX-License-Identifier: GPL-2.0

//! Who takes a page back waits for who made it exclusive: a reference to the folio is no lock.

use kernel::mm::{folio::*, notifier::*, pgtable::*};

pub fn restore<'g>(
    entry: DeviceExclusive<'g>,
    folio: &FolioRef,
    unmapped: Unmapped<'_>,
    place: &VmaPage<'g>,
) -> bool {
    entry.restore(folio, unmapped, place).is_some() //~ E0308
}

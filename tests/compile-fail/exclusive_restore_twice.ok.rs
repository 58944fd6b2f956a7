// SPDX-License-Identifier: GPL-2.0

//! An entry becomes a mapping once: it is not there any more to become one again.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn restore<'g>(
    entry: DeviceExclusive<'g>,
    folio: &FolioLock<'_>,
    unmapped: Unmapped<'_, All>,
) -> Option<NormalLeaf<'g>> {
    entry.restore(folio, unmapped)
}

// SPDX-License-Identifier: GPL-2.0

//! Secondary MMUs map again once the range has ended.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn take(leaf: BatchLeaf<'_>, folio: &FolioLock<'_>, notified: Invalidated<'_, Others>) -> bool {
    let unmapped = notified.unmapped();
    let taken = leaf.into_exclusive(folio, unmapped).is_some();
    drop(notified);
    taken
}

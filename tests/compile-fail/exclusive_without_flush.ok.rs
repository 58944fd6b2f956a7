// SPDX-License-Identifier: GPL-2.0

//! No CPU writes by an old translation to a page that a device gets: a batch flushes.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn take(leaf: BatchLeaf<'_>, folio: &FolioLock<'_>, unmapped: Unmapped<'_, Others>) -> bool {
    leaf.into_exclusive(folio, unmapped).is_some()
}

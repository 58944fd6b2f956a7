// SPDX-License-Identifier: GPL-2.0

//! A page is taken after all but its owner were told: the owner is to map it.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn take(leaf: BatchLeaf<'_>, folio: &FolioLock<'_>, unmapped: Unmapped<'_, Others>) -> bool {
    leaf.into_exclusive(folio, unmapped).is_some()
}

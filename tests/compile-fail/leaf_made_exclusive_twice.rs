// SPDX-License-Identifier: GPL-2.0

//! A page that is a device's is no mapping any more.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn take(leaf: BatchLeaf<'_>, folio: &FolioLock<'_>, unmapped: Unmapped<'_, Others>) -> bool {
    let _ = leaf.into_exclusive(folio, unmapped);
    leaf.into_exclusive(folio, unmapped).is_some() //~ E0382
}

// SPDX-License-Identifier: GPL-2.0

//! What a device gets, no CPU writes to by an old translation: a batch sees to that.

use kernel::mm::{folio::*, notifier::*, pgtable::*};

pub fn take(leaf: NormalLeaf<'_>, folio: &FolioLock<'_>, unmapped: Unmapped<'_>) -> bool {
    leaf.into_exclusive(folio, unmapped).is_some() //~ E0624
}

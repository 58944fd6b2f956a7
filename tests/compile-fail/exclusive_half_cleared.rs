// SPDX-License-Identifier: GPL-2.0

//! An entry is not left empty while its page is still counted as mapped.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn take(leaf: BatchLeaf<'_>, folio: &FolioLock<'_>, unmapped: Unmapped<'_, Others>) -> bool {
    let _slot = leaf.slot; //~ E0616
    leaf.into_exclusive(folio, unmapped).is_some()
}

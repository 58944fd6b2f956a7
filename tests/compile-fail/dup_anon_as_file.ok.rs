// SPDX-License-Identifier: GPL-2.0

//! Anonymous memory is not shared the way a file is, which never fails.

use kernel::mm::{folio::*, notifier::*, pgtable::pages::*};

pub fn share(entry: ForkExclusive<'_>, folio: &FolioLock<'_>, unmapped: Unmapped<'_, All>) {
    if let Some(ForkLeaf::File(leaf)) = entry.restore(folio, unmapped) {
        leaf.share()
    }
}

// SPDX-License-Identifier: GPL-2.0

//! While a child's entry is to be filled it is not given out again.

use kernel::mm::{notifier::*, pgtable::pages::*};

pub fn share(mut fork: ForkPte<'_>, unmapped: Unmapped<'_, All>) -> bool {
    let Ok(leaf) = fork.restore_exclusive(unmapped) else {
        return false;
    };
    let shared = leaf.share().is_some();
    shared && fork.share_private().is_none()
}

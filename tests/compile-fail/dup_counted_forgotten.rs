// SPDX-License-Identifier: GPL-2.0

//! A mapping is counted and made in one step: no count is left between them to be forgotten.

use kernel::mm::{notifier::*, pgtable::pages::*};

pub fn share(mut fork: ForkPte<'_>, unmapped: Unmapped<'_, All>) -> bool {
    let Ok(counted) = fork.share_exclusive(unmapped) else {
        return false;
    };
    counted.install() //~ E0599
}

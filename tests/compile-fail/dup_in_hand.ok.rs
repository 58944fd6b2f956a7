// SPDX-License-Identifier: GPL-2.0

//! The page of a parent's entry is done with before the entry is looked at again.

use kernel::mm::{notifier::*, pgtable::pages::*};

pub fn share(mut fork: ForkPte<'_>, unmapped: Unmapped<'_, All>) -> usize {
    let Ok(page) = fork.share_exclusive(unmapped) else {
        return 0;
    };
    let counter = page.mm_counter();
    let _private = fork.share_private().is_some();
    counter
}

// SPDX-License-Identifier: GPL-2.0

//! Whether a child shares the page is looked at: if not, C copies it.

use kernel::mm::{notifier::*, pgtable::pages::*};

pub fn share(mut fork: ForkPte<'_>, unmapped: Unmapped<'_, All>) {
    fork.share_exclusive(unmapped); //~ unused_must_use
    fork.share_private(); //~ unused_must_use
}

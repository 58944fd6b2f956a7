// SPDX-License-Identifier: GPL-2.0

//! Whether a child shares the page is looked at: if not, C copies it.

use kernel::mm::{notifier::*, pgtable::pages::*};

pub fn share(mut fork: ForkPte<'_>, unmapped: Unmapped<'_, All>) -> bool {
    fork.share_exclusive(unmapped).is_ok() || fork.share_private().is_some()
}

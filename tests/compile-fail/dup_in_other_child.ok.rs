// SPDX-License-Identifier: GPL-2.0

//! A page is mapped in the child that fork makes of its parent, not in another.

use kernel::mm::{notifier::*, pgtable::pages::*};

pub fn share(fork: &mut ForkPte<'_>, unmapped: Unmapped<'_, All>, _other: &ForkPte<'_>) -> bool {
    fork.share_exclusive(unmapped).is_ok()
}

// SPDX-License-Identifier: GPL-2.0

//! The child's entry is filled by what its parent maps, not by hand.

use kernel::mm::pgtable::pages::*;

pub fn share(mut fork: ForkPte<'_>) -> bool {
    fork.share_private().is_some()
}

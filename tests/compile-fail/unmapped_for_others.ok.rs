// SPDX-License-Identifier: GPL-2.0

//! That others have let go says nothing of the owner.

use kernel::mm::notifier::*;

pub fn unmapped<'r>(notified: &'r Invalidated<'_, All>) -> Unmapped<'r, All> {
    notified.unmapped()
}

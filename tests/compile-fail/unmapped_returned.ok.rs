// SPDX-License-Identifier: GPL-2.0

//! The proof that secondary MMUs have let go ends with the range.

use kernel::mm::notifier::*;

pub fn unmapped<'r>(notified: &'r Invalidated<'_, All>) -> Unmapped<'r, All> {
    notified.unmapped()
}

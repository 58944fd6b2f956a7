// SPDX-License-Identifier: GPL-2.0

//! The proof that secondary MMUs have let go ends with the range.

use kernel::mm::notifier::*;

pub fn unmapped<'r>(range: &'r mut InvalidateRange<'_, All>) -> Unmapped<'r, All> {
    let notified = range.start();
    notified.unmapped() //~ E0515
}

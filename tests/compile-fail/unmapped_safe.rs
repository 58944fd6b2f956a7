// SPDX-License-Identifier: GPL-2.0
// error: E0133

//! That C has told secondary MMUs is for C to say.

use kernel::mm::notifier::*;

pub fn unmapped<'r>() -> Unmapped<'r> {
    Unmapped::by_caller()
}

// SPDX-License-Identifier: GPL-2.0

//! That C has told secondary MMUs is for C to say.

use kernel::mm::notifier::*;

/// # Safety
///
/// As for [`Unmapped::by_caller()`].
pub unsafe fn unmapped<'r>() -> Unmapped<'r> {
    // SAFETY: The contract of this function.
    unsafe { Unmapped::by_caller() }
}

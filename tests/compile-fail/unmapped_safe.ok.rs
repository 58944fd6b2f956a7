// SPDX-License-Identifier: GPL-2.0

//! That C has told secondary MMUs is for C to say.

use kernel::mm::{notifier::*, pgtable::*, MmWithUser};

/// # Safety
///
/// As for [`Unmapped::by_caller()`].
pub unsafe fn unmapped<'r>(mm: &MmWithUser, addr: UserAddr) -> Unmapped<'r> {
    // SAFETY: The contract of this function.
    unsafe { Unmapped::by_caller(mm, addr) }
}

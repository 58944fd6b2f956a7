// SPDX-License-Identifier: GPL-2.0

//! That C has told secondary MMUs is for C to say.

use kernel::mm::{notifier::*, MmWithUser};

/// # Safety
///
/// As for [`Unmapped::by_caller()`], for the first page.
pub unsafe fn unmapped(mm: &MmWithUser) -> Unmapped<'_, All> {
    // SAFETY: The contract of this function.
    unsafe { Unmapped::by_caller(mm.as_raw(), 0..4096) }
}

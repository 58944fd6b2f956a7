// SPDX-License-Identifier: GPL-2.0

//! That C holds the mmap lock is said by unsafe code.

use kernel::mm::{device_exclusive::CallerMmap, MmWithUser};

/// # Safety
///
/// The lock of `mm` is held while the result is used.
pub unsafe fn lock(mm: &MmWithUser) -> CallerMmap<'_> {
    // SAFETY: The contract of this function.
    unsafe { CallerMmap::new(mm) }
}

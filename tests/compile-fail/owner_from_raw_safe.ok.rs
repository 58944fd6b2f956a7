// SPDX-License-Identifier: GPL-2.0

//! That an owner is the one of the driver itself is said by unsafe code.

use kernel::{ffi::c_void, mm::notifier::*};

/// # Safety
///
/// It is the owner of the driver that takes the pages.
pub unsafe fn owner(owner: *mut c_void) -> Owner {
    // SAFETY: The contract of this function.
    unsafe { Owner::from_raw(owner) }
}

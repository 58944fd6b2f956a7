// SPDX-License-Identifier: GPL-2.0

//! That an owner is the one of the driver itself is said by unsafe code.

use kernel::{ffi::c_void, mm::notifier::*};

pub fn owner(owner: *mut c_void) -> Owner {
    Owner::from_raw(owner) //~ E0133
}

// SPDX-License-Identifier: GPL-2.0

//! A fault comes from C: safe code does not make one of a pointer.

use kernel::{bindings, mm::pfnmap::fault::*};

pub fn address(vmf: *mut bindings::vm_fault) -> usize {
    LiveFault::from_raw(vmf).address() //~ E0133
}

// SPDX-License-Identifier: GPL-2.0

//! A fault comes from C: safe code does not make one of a pointer.

use kernel::{bindings, mm::pfnmap::fault::*};

/// # Safety
///
/// `vmf` is a live fault, and the lock of its vma is held.
pub unsafe fn address(vmf: *mut bindings::vm_fault) -> usize {
    // SAFETY: The fault is live.
    unsafe { LiveFault::from_raw(vmf) }.address()
}

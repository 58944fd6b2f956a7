// SPDX-License-Identifier: GPL-2.0

//! The order of a fault is C's to say.

use kernel::{bindings, mm::pfnmap::fault::*};

pub fn is_of_page(vmf: *mut bindings::vm_fault) -> Result<bool, FaultError> {
    // SAFETY: C serves the fault at order 0.
    let fault = unsafe { AnyFault::from_raw(vmf, 0) }?;
    Ok(matches!(fault, AnyFault::Pte(_)))
}

// SPDX-License-Identifier: GPL-2.0

//! The order of a fault is C's to say.

use kernel::{bindings, mm::pfnmap::fault::*};

pub fn is_of_page(vmf: *mut bindings::vm_fault) -> Result<bool, FaultError> {
    let fault = AnyFault::from_raw(vmf, 0)?; //~ E0133
    Ok(matches!(fault, AnyFault::Pte(_)))
}

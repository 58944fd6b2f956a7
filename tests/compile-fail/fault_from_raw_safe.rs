// SPDX-License-Identifier: GPL-2.0

//! That a fault is live, and of which level, C says alone.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pgtable::*},
};

pub fn address(vmf: *mut bindings::vm_fault) -> Result<usize, FaultError> {
    let fault = Fault::<Pmd>::from_raw(vmf)?; //~ E0133
    Ok(fault.address())
}

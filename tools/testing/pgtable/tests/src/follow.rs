// SPDX-License-Identifier: GPL-2.0

//! Lookups, as KVM and vfio do them.

use crate::process::{Followed, Process};
use kernel::{
    bindings::*,
    error::{code::*, to_result, Result},
};
use std::mem::zeroed;

impl Process {
    /// Looks an address up, as KVM does, and calls `f` while the lookup is held.
    pub fn follow<R>(self, address: usize, f: impl FnOnce(&Followed) -> R) -> Result<R> {
        self.mm().mmap_lock.read_lock();
        let result = self.follow_locked(address, f);
        self.mm().mmap_lock.read_unlock();
        result
    }

    fn follow_locked<R>(self, address: usize, f: impl FnOnce(&Followed) -> R) -> Result<R> {
        // SAFETY: Pointers, numbers and bools.
        let mut args: follow_pfnmap_args = unsafe { zeroed() };
        args.vma = self.vma(address).ok_or(EFAULT)?.0;
        args.address = address;
        // SAFETY: The mmap lock is held.
        to_result(unsafe { follow_pfnmap_start(&mut args) })?;
        let size = args.addr_mask.wrapping_neg();
        let result = f(&Followed {
            pfn: args.pfn,
            size,
            writable: args.writable,
        });
        // SAFETY: The lookup has succeeded.
        unsafe { follow_pfnmap_end(&mut args) };
        Ok(result)
    }
}

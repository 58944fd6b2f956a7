// SPDX-License-Identifier: GPL-2.0

//! The lock of a device is kept while its frames are used, not for one expression.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

/// The lock of a device, held for reading, which keeps it awake.
pub struct MemoryLock<'d> {
    device: &'d Device,
    frames: PfnBlock<Pmd>,
}

/// A device that is put to sleep under its lock, after its frames were unmapped.
pub struct Device {
    semaphore: *mut bindings::rw_semaphore,
}

impl Device {
    pub fn lock(&self, frames: PfnBlock<Pmd>) -> MemoryLock<'_> {
        // SAFETY: The device is alive.
        unsafe { bindings::down_read(self.semaphore) };
        MemoryLock {
            device: self,
            frames,
        }
    }
}

impl MemoryLock<'_> {
    pub fn frames(&self) -> DeviceBlock<'_, Pmd> {
        // SAFETY: The frames are those of the device, and unmapped under the lock.
        unsafe { DeviceBlock::from_raw(self.frames) }
    }
}

impl Drop for MemoryLock<'_> {
    fn drop(&mut self) {
        // SAFETY: The lock is held.
        unsafe { bindings::up_read(self.device.semaphore) };
    }
}

pub fn serve<'f>(
    fault: &Fault<'f, Pmd>,
    device: &Device,
    frames: PfnBlock<Pmd>,
) -> Result<Done<'f>, FaultError> {
    let memory = device.lock(frames);
    let frames = memory.frames();
    fault.insert_block(frames)
}

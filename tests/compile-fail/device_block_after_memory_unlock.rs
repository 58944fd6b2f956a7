// SPDX-License-Identifier: GPL-2.0

//! The frames of a device are mapped while the lock is held that keeps it awake.

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

pub fn serve<'f>(fault: &Fault<'f, Pmd>, memory: MemoryLock<'_>) -> Result<Done<'f>, FaultError> {
    let frames = memory.frames();
    drop(memory); //~ E0505
    fault.insert_block(frames)
}

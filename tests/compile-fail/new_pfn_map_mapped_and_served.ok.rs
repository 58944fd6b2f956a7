// SPDX-License-Identifier: GPL-2.0

//! A vma is mapped at once or by faults, not both.

use kernel::{
    mm::{pfnmap::vm_ops::*, pfnmap::DeviceFrames, virt::VmaNew},
    prelude::*,
    sync::Arc,
};

pub fn mmap<T: VmOperations>(_card: Arc<T>, bar: &DeviceFrames, vma: &VmaNew) -> Result {
    let new = vma.pfnmap()?;
    new.map(bar, 0)?;
    Ok(())
}

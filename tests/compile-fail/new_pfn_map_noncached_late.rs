// SPDX-License-Identifier: GPL-2.0

//! How a vma is cached is settled before something is mapped in it.

use kernel::{
    mm::{pfnmap::DeviceFrames, virt::VmaNew},
    prelude::*,
};

pub fn mmap(bar: &DeviceFrames, vma: &VmaNew) -> Result {
    let new = vma.pfnmap()?;
    new.map(bar, 0)?;
    let _new = new.noncached(); //~ E0382
    Ok(())
}

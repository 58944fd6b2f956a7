// SPDX-License-Identifier: GPL-2.0

//! A vma is mapped once: there is something in it then.

use kernel::{
    mm::{pfnmap::DeviceFrames, virt::VmaNew},
    prelude::*,
};

pub fn mmap(bar: &DeviceFrames, _other: &DeviceFrames, vma: &VmaNew) -> Result {
    let new = vma.pfnmap()?;
    new.map(bar, 0)?;
    new.map(_other, 0)?; //~ E0382
    Ok(())
}

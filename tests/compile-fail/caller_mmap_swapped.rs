// SPDX-License-Identifier: GPL-2.0

//! The lock that C holds does not change places with one that is released here.

use kernel::mm::{device_exclusive::CallerMmap, MmapReadGuard};

pub fn unlock<'a>(_mmap: &mut CallerMmap<'a>, mut own: MmapReadGuard<'a>) {
    core::mem::swap(&mut **_mmap, &mut own); //~ E0596
    drop(own);
}

// SPDX-License-Identifier: GPL-2.0

//! The mmap lock that C holds is released by C.

use kernel::mm::device_exclusive::CallerMmap;

pub fn unlock(mmap: CallerMmap<'_>) {
    drop(mmap);
}

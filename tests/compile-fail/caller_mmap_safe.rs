// SPDX-License-Identifier: GPL-2.0

//! That C holds the mmap lock is said by unsafe code.

use kernel::mm::{device_exclusive::CallerMmap, MmWithUser};

pub fn lock(mm: &MmWithUser) -> CallerMmap<'_> {
    CallerMmap::new(mm) //~ E0133
}

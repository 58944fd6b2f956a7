// SPDX-License-Identifier: GPL-2.0

//! A driver takes frames away after it has seen that they were unmapped.

use kernel::{fs::file::LocalFile, mm::pfnmap::vm_ops::*, prelude::*};

pub fn revoke(file: &LocalFile) -> Result {
    unmap_mapping(file)
}

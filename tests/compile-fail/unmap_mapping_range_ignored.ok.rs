// SPDX-License-Identifier: GPL-2.0

//! A part of a file may not have been unmapped: the result is looked at.

use kernel::{fs::file::LocalFile, mm::pfnmap::vm_ops::*, prelude::*};

pub fn revoke(file: &LocalFile, start: i64, len: i64) -> Result {
    unmap_mapping_range(file, start, len)
}

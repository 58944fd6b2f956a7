// SPDX-License-Identifier: GPL-2.0

//! That C has told secondary MMUs is for C to say.

use kernel::mm::{notifier::*, MmWithUser};

pub fn unmapped(mm: &MmWithUser) -> Unmapped<'_, All> {
    Unmapped::by_caller(mm.as_raw(), 0..4096) //~ E0133
}

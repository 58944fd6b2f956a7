// SPDX-License-Identifier: GPL-2.0

//! That C has told secondary MMUs is for C to say.

use kernel::mm::{notifier::*, pgtable::*, MmWithUser};

pub fn unmapped<'r>(mm: &MmWithUser, addr: UserAddr) -> Unmapped<'r> {
    Unmapped::by_caller(mm, addr) //~ E0133
}

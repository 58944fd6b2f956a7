// SPDX-License-Identifier: GPL-2.0

//! Pages are taken for a device below the mmap lock, which keeps listeners from being added.

use kernel::mm::{notifier::*, MmWithUser};

pub fn tell(mm: &MmWithUser, owner: Owner) {
    let range = InvalidateRange::exclusive(mm, 0..4096, owner); //~ E0308
    let Some(mut range) = range else {
        return;
    };
    drop(range.start());
}

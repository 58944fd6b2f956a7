// SPDX-License-Identifier: GPL-2.0

//! Pages are taken for a device below the mmap lock, which keeps listeners from being added.

use kernel::mm::{notifier::*, MmapReadGuard};

pub fn tell(mmap: &MmapReadGuard<'_>, owner: Owner) {
    let Some(mut range) = InvalidateRange::exclusive(mmap, 0..4096, owner) else {
        return;
    };
    drop(range.start());
}

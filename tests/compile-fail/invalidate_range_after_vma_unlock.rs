// SPDX-License-Identifier: GPL-2.0

//! An invalidation ends before the lock of its vma is released.

use kernel::mm::{notifier::*, pgtable::*, VmaReadGuard};

pub fn tell(vma: VmaReadGuard<'_>) {
    let Some(slot) = Slot::find(&vma, vma.start()) else {
        return;
    };
    let mut range = InvalidateRange::clear::<Pte>(&slot);
    let notified = range.start();
    drop(vma); //~ E0505
    drop(notified);
}

// SPDX-License-Identifier: GPL-2.0

//! An invalidation has a lock: a listener that is added meanwhile is told of its end alone.

use kernel::mm::{notifier::*, pgtable::*, MmWithUser};

pub fn tell(mm: &MmWithUser) {
    let mut range = InvalidateRange::clear::<Pte>(mm); //~ E0308
    drop(range.start());
}

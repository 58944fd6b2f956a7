// SPDX-License-Identifier: GPL-2.0

//! An invalidation has a lock: a listener that is added meanwhile is told of its end alone.

use kernel::mm::{notifier::*, pgtable::*};

pub fn tell(slot: &Slot<'_, Pmd>) {
    let mut range = InvalidateRange::clear::<Pte>(slot);
    drop(range.start());
}

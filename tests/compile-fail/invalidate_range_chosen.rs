// SPDX-License-Identifier: GPL-2.0

//! What is cleared is a block around an address of the vma, and no range that may be empty.

use kernel::mm::{notifier::*, pgtable::*, virt::VmaRef};

pub fn tell(vma: &VmaRef, _slot: &Slot<'_, Pmd>) {
    let mut range = InvalidateRange::clear::<Pmd>(vma, 8192..4096); //~ E0061
    drop(range.start());
}

// SPDX-License-Identifier: GPL-2.0

//! Every walker says what it does with a page that a device has.

use kernel::mm::pgtable::{pages::*, *};

pub fn in_memory(entry: NonPresent<'_, Pte>) -> bool {
    match entry.softleaf() {
        SoftLeaf::DevicePrivate(_) | SoftLeaf::DeviceExclusive(_) => true,
        SoftLeaf::Swap | SoftLeaf::Migration | SoftLeaf::Hwpoison => false,
        SoftLeaf::Marker | SoftLeaf::Bad => false,
    }
}

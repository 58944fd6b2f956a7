// SPDX-License-Identifier: GPL-2.0

//! What was counted for one child is mapped in that child.

use kernel::mm::pgtable::*;

pub fn share<'g>(duplicate: Duplicate<'g>, _other: &'g LockedSlot<'g, Pte>) {
    duplicate.install()
}

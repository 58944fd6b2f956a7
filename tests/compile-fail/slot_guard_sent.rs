// SPDX-License-Identifier: GPL-2.0

//! A page-table lock is released by the thread that took it.

use kernel::mm::pgtable::*;

fn send<T: Send>(_: T) {}

pub fn lock(slot: Slot<'_, Pmd>) {
    send(slot.lock()); //~ E0277
}

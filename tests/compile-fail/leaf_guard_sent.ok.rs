// SPDX-License-Identifier: GPL-2.0

//! The lock of a leaf is released by the thread that took it.

use kernel::mm::pgtable::*;

fn send<T: Send>(_: T) {}

pub fn lock(guard: LeafGuard<'_, Pmd>) {
    send(guard.writable());
}

// SPDX-License-Identifier: GPL-2.0

//! A walk stays on the thread whose lock keeps its tables.

use kernel::mm::pgtable::*;

fn send<T: Send>(_: T) {}

pub fn walk(walk: Walk<'_>) {
    send(walk); //~ E0277
}

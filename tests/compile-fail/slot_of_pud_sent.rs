// SPDX-License-Identifier: GPL-2.0

//! A slot stays on the thread whose lock keeps its table.

use kernel::mm::pgtable::*;

fn send<T: Send>(_: T) {}

pub fn slot(slot: Slot<'_, Pud>) {
    send(slot); //~ E0277
}

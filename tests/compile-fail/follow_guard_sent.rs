// SPDX-License-Identifier: GPL-2.0

//! A lookup is ended by the thread that started it.

use kernel::mm::pfnmap::PfnmapGuard;

fn send<T: Send>(_: T) {}

pub fn end(mapping: PfnmapGuard<'_>) {
    send(mapping); //~ E0277
}

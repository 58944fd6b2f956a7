// SPDX-License-Identifier: GPL-2.0

//! A folio lock stays with the thread that took it.

use kernel::mm::folio::*;

pub fn send<T: Send>(_what: T) {}

pub fn give(folio: LockedFolio) {
    send(folio) //~ E0277
}

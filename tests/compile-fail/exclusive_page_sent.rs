// SPDX-License-Identifier: GPL-2.0

//! A folio lock stays with the thread that took it, and so does an exclusive page.

use kernel::mm::device_exclusive::*;

pub fn send<T: Send>(_what: T) {}

pub fn give(page: ExclusivePage<'static>) {
    send(page) //~ E0277
}

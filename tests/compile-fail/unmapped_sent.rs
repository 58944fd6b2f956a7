// SPDX-License-Identifier: GPL-2.0

//! What says that an address is unmapped stays with the thread that has unmapped it.

use kernel::mm::notifier::*;

fn send<T: Send>(_: T) {}

pub fn unmapped(_unmapped: Unmapped<'_, All>) {
    send(_unmapped); //~ E0277
}

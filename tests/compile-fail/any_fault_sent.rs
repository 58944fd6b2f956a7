// SPDX-License-Identifier: GPL-2.0

//! A fault of any order is served by the thread that waits for it.

use kernel::mm::pfnmap::fault::*;

fn send<T: Send>(_: T) {}

pub fn serve(fault: AnyFault<'_>) {
    send(fault); //~ E0277
}

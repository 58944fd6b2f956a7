// SPDX-License-Identifier: GPL-2.0

//! Nor does a fault of any order.

use kernel::mm::fault::*;

fn send<T: Send>(_: T) {}

pub fn serve(fault: AnyFault<'_>) {
    send(fault); //~ E0277
}

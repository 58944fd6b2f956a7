// SPDX-License-Identifier: GPL-2.0

//! A fault is served by the thread that waits for it.

use kernel::mm::{pfnmap::fault::*, pgtable::*};

fn send<T: Send>(_: T) {}

pub fn serve(fault: Fault<'_, Pmd>) {
    send(fault); //~ E0277
}

// SPDX-License-Identifier: GPL-2.0

//! Not even a reference to a fault goes to another thread.

use kernel::mm::{pfnmap::fault::*, pgtable::*};

fn send<T: Send>(_: T) {}

pub fn serve(fault: &Fault<'_, Pmd>) {
    send(fault); //~ E0277
}

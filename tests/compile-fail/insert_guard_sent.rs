// SPDX-License-Identifier: GPL-2.0

//! The lock under which a leaf is installed is released by the thread that took it.

use kernel::mm::{pfnmap::*, pgtable::*};

fn send<T: Send>(_: T) {}

pub fn map(mut guard: InsertGuard<'_, '_, Pmd>) -> Result<(), NotInstalled> {
    let installed = guard.install();
    send(guard); //~ E0277
    installed
}

// SPDX-License-Identifier: GPL-2.0

//! An entry whose lock is held is not that of a child for it.

use kernel::mm::pgtable::{pages::*, *};

pub fn share<'f>(fork: ForkPte<'f>, _child: LockedSlot<'f, Pte>) {
    let mut fork = ForkPte {
        child: _child, //~ E0451
        ..fork
    };
    if let Some(entry) = fork.private() {
        entry.dup();
    }
}

// SPDX-License-Identifier: GPL-2.0

//! An entry whose lock is held is not that of a child for it.

use kernel::mm::pgtable::{pages::*, *};

pub fn share<'f>(mut fork: ForkPte<'f>, _child: LockedSlot<'f, Pte>) {
    if let Some(entry) = fork.private() {
        entry.dup();
    }
}

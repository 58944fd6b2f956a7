// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! What a child gets has the special bit: a raw value may lack it.

use kernel::{bindings, mm::pgtable::*};

pub fn share(child: &mut ChildGuard<'_, Pmd>, leaf: bindings::pmd_t) {
    child.install(leaf);
}

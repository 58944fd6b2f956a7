// SPDX-License-Identifier: GPL-2.0

//! Two entries that Rust has found are no parent and child: a leaf stays in its vma.

use kernel::{
    mm::{pgtable::*, virt::VmaRef},
    prelude::*,
};

pub fn copy<'t>(child: Slot<'t, Pmd>, parent: Slot<'t, Pmd>, vma: &'t VmaRef) -> Result {
    ForkSlots { child, parent, vma }.copy() //~ E0451
}

// SPDX-License-Identifier: GPL-2.0

//! Two entries that Rust has found are no parent and child: a leaf stays in its vma.

use kernel::{
    bindings::*,
    mm::{pgtable::*, MmWithUser},
    prelude::*,
};

type Child<'t> = (&'t MmWithUser, *mut pmd_t);

pub fn copy<'t>(
    slots: ForkSlots<'t, Pmd>,
    (_mm, _child): Child<'t>,
    _parent: Slot<'t, Pmd>,
) -> Result {
    slots.copy()
}

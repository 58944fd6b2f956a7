// SPDX-License-Identifier: GPL-2.0

//! A lock is a leaf's only after a look under it.

use kernel::{bindings, mm::pgtable::*};

pub fn locked(guard: SlotGuard<'_, Pud>, _raw: bindings::pud_t) -> Locked<'_, Pud> {
    Locked::Leaf(LeafGuard::new(guard, _raw)) //~ E0624
}

// SPDX-License-Identifier: GPL-2.0

//! An empty entry is found under its lock, not made up.

use kernel::mm::pgtable::*;

pub fn vacant<'g>(guard: &'g mut SlotGuard<'_, Pmd>) -> Option<Vacant<'g, Pmd>> {
    match guard.entry() {
        Entry::Vacant(_) => Some(Vacant::new(guard)), //~ E0624
        _ => None,
    }
}

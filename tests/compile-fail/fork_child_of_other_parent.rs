// SPDX-License-Identifier: GPL-2.0

//! A child gets its own parent's page.

use kernel::mm::pgtable::pages::*;

pub fn share<'g>(leaf: ForkLeaf<'g>, _other: ForkLeaf<'g>) -> bool {
    let ForkLeaf { child, .. } = _other; //~ E0451

    ForkLeaf { child, ..leaf }.share().is_some() //~ E0451
}

// SPDX-License-Identifier: GPL-2.0

//! A child gets its own parent's page.

use kernel::mm::pgtable::pages::*;

pub fn share<'g>(entry: ForkPrivate<'g>, _other: ForkPrivate<'g>) {
    let ForkPrivate { child, .. } = _other; //~ E0451

    ForkPrivate { child, ..entry }.share() //~ E0451
}

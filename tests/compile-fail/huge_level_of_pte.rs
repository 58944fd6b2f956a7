// SPDX-License-Identifier: GPL-2.0

//! A page is no huge level: fork copies the entries of a table of PTEs by its own rules.

use kernel::mm::pgtable::*;

fn pages<L: HugeLevel>() -> usize {
    L::PAGES
}

pub fn pages_of_block() -> usize {
    pages::<Pte>() //~ E0277
}

// SPDX-License-Identifier: GPL-2.0

//! The levels are those of the hardware: no driver adds one.

use kernel::mm::pgtable::*;

pub type Mine = Pmd;

pub fn size() -> usize {
    Mine::SIZE
}

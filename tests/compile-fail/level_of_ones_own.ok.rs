// SPDX-License-Identifier: GPL-2.0

//! The levels are those of the hardware: nobody adds one.

use kernel::mm::pgtable::*;

pub type Mine = Pmd;

pub fn size() -> usize {
    Mine::SIZE
}

// SPDX-License-Identifier: GPL-2.0

//! The levels are those of the hardware: no driver adds one.

use kernel::mm::pgtable::*;

pub enum Mine {}

impl Level for Mine {
    //~^ E0277
    const LEVEL: u32 = Pmd::LEVEL;
    const SIZE: usize = Pmd::SIZE;
}

pub fn size() -> usize {
    Mine::SIZE
    //~^ E0277
}

// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found is written to for the frames that are wanted there: others may be.

use kernel::mm::pgtable::*;

pub fn write(leaf: Special<'_, Pmd>) {
    leaf.mkwritten(); //~ E0624
}

// SPDX-License-Identifier: GPL-2.0

//! There is a fault where C says so.

use kernel::mm::{pfnmap::fault::*, pgtable::*};

pub fn again<'f>(fault: Fault<'f, Pmd>) -> Fault<'f, Pmd> {
    Fault { ..fault } //~ E0451
}

// SPDX-License-Identifier: GPL-2.0

//! A fault is served while it lasts, not kept for later.

use kernel::mm::{pfnmap::fault::*, pgtable::*};

pub struct Kept<'k>(pub Option<Fault<'k, Pte>>);

impl<'k> Kept<'k> {
    pub fn keep<'f>(&mut self, fault: Fault<'f, Pte>) {
        self.0 = Some(fault); //~ lifetime may not live long enough
    }
}

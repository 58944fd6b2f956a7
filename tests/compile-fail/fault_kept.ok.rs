// SPDX-License-Identifier: GPL-2.0

//! A fault is served while it lasts, not kept for later.

use kernel::mm::{pfnmap::fault::*, pgtable::*};

pub struct Kept<'k>(pub Option<Fault<'k, Pte>>);

impl<'k> Kept<'k> {
    pub fn keep(&mut self, fault: Fault<'k, Pte>) {
        self.0 = Some(fault);
    }
}

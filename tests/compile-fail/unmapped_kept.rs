// SPDX-License-Identifier: GPL-2.0

//! The proof that secondary MMUs have let go is not kept for a later range.

use kernel::mm::notifier::*;

pub struct Kept<'k>(pub Option<Unmapped<'k, All>>);

impl<'k> Kept<'k> {
    pub fn keep<'r>(&mut self, unmapped: Unmapped<'r, All>) {
        self.0 = Some(unmapped); //~ lifetime may not live long enough
    }
}

// SPDX-License-Identifier: GPL-2.0

//! An entry of a batch is looked at once at a time.

use kernel::mm::pgtable::pages::*;

pub fn both_writable(batch: &mut PteBatch<'_>) -> Option<bool> {
    let one = batch.normal()?.writable();
    let two = batch.normal()?.writable();
    Some(one && two)
}

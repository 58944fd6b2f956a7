// SPDX-License-Identifier: GPL-2.0

//! An entry of a batch is looked at once at a time.

use kernel::mm::pgtable::pages::*;

pub fn both_writable(batch: &mut PteBatch<'_>) -> Option<bool> {
    let (one, two) = (batch.normal()?, batch.normal()?); //~ E0499
    Some(one.writable() && two.writable())
}

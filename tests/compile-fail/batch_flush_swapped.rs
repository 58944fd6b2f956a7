// SPDX-License-Identifier: GPL-2.0

//! What has to be flushed stays with the lock of its table.

use kernel::mm::pgtable::pages::*;

pub fn swap<'t>(one: &mut PteBatch<'t>, two: &mut PteBatch<'t>) {
    core::mem::swap(&mut one.flush, &mut two.flush); //~ E0616
}

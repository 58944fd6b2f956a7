// SPDX-License-Identifier: GPL-2.0

//! A run that is dropped moves nothing.

use kernel::mm::pgtable::*;

pub fn collect<'g>(fill: impl FnOnce(ClearedRun<'g>) -> ClearedRun<'g>) {
    fill(ClearedRun::new()); //~ unused_must_use
}

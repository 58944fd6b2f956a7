// SPDX-License-Identifier: GPL-2.0

//! A run that is dropped moves nothing.

use kernel::mm::pgtable::pages::*;

pub fn collect<'t>(run: PteRun<'t>, fill: impl FnOnce(PteRun<'t>) -> PteRun<'t>) {
    fill(run); //~ unused_must_use
}

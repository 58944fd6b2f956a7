// SPDX-License-Identifier: GPL-2.0

//! That C has found the page of an entry is said by unsafe code.

use kernel::{bindings::*, mm::pgtable::pages::*};

type Found = (*mut page, *mut folio);

pub fn collect(run: &mut PteRun<'_>, (page, folio): Found) {
    run.clear_known(page, folio); //~ E0133
}

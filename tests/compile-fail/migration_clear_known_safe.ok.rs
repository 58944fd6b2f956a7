// SPDX-License-Identifier: GPL-2.0

//! That C has found the page of an entry is said by unsafe code.

use kernel::{bindings::*, mm::pgtable::pages::*};

type Found = (*mut page, *mut folio);

/// # Safety
///
/// As for `PteRun::clear_known()`.
pub unsafe fn collect(run: &mut PteRun<'_>, (page, folio): Found) {
    // SAFETY: The next entry of `run` maps the page, and lock and reference are given away.
    unsafe { run.clear_known(page, folio) };
}

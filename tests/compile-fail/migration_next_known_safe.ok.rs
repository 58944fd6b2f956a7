// SPDX-License-Identifier: GPL-2.0

//! That C has found the page of an entry is said by unsafe code.

use kernel::{bindings::*, mm::pgtable::pages::*};

type Found = (*mut page, *mut folio);

/// # Safety
///
/// The next entry of `run` maps the page.
pub unsafe fn is_plain(run: &mut PteRun<'_>, (page, folio): Found) -> bool {
    // SAFETY: The contract of this function.
    unsafe { run.next_known(page, folio) }.page().is_plain()
}

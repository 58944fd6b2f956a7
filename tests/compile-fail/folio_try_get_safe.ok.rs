// SPDX-License-Identifier: GPL-2.0

//! A page without a lock around it may be free: not of every one may a reference be tried.

use kernel::{bindings, mm::folio::*};

/// # Safety
///
/// `page` has a `struct page` that stays.
pub unsafe fn get(page: *mut bindings::page) -> Option<FolioRef> {
    // SAFETY: The contract of this function.
    unsafe { FolioRef::try_get(page) }
}

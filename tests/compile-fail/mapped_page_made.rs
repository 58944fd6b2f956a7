// SPDX-License-Identifier: GPL-2.0

//! A page is alive if an entry says so, not if the caller does.

use kernel::{bindings, mm::folio::*};

pub fn get(_page: MappedPage<'_>, raw: *mut bindings::page) -> Option<FolioRef> {
    // SAFETY: The caller has locked it.
    FolioRef::get(&unsafe { MappedPage::new(raw) }) //~ E0624
}

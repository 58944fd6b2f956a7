// SPDX-License-Identifier: GPL-2.0

//! A page is alive if an entry says so, not if the caller does.

use kernel::{bindings, mm::folio::*};

pub fn get(page: MappedPage<'_>, _raw: *mut bindings::page) -> Option<FolioRef> {
    FolioRef::get(&page)
}

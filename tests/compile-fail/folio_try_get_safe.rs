// SPDX-License-Identifier: GPL-2.0

//! A page without a lock around it may be free: not of every one may a reference be tried.

use kernel::{bindings, mm::folio::*};

pub fn get(page: *mut bindings::page) -> Option<FolioRef> {
    FolioRef::try_get(page) //~ E0133
}

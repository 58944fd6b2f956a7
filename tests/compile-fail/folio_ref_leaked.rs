// SPDX-License-Identifier: GPL-2.0

//! References that are forgotten do not overflow their count.

use core::mem::forget;
use kernel::mm::folio::*;

pub fn leak(page: &MappedPage<'_>) {
    loop {
        forget(FolioRef::get_bounded(page)); //~ E0624
    }
}

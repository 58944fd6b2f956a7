// SPDX-License-Identifier: GPL-2.0

//! That an entry is device-exclusive is found out, not claimed.

use kernel::mm::{
    folio::*,
    pgtable::{pages::*, *},
};

pub fn is_anon(entry: NonPresent<'_, Pte>, _page: MappedPage<'_>) -> Option<bool> {
    let SoftLeaf::DeviceExclusive(entry) = entry.softleaf() else {
        return None;
    };
    Some(entry.page().is_anon())
}

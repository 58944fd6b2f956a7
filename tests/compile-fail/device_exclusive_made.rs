// SPDX-License-Identifier: GPL-2.0

//! That an entry is device-exclusive is found out, not claimed.

use kernel::mm::{
    folio::*,
    pgtable::{pages::*, *},
};

pub fn is_anon(entry: NonPresent<'_, Pte>, _page: MappedPage<'_>) -> Option<bool> {
    let softleaf = SoftLeaf::DeviceExclusive(DeviceExclusive { entry, page: _page }); //~ E0451
    Some(softleaf.page()?.is_anon())
}

// SPDX-License-Identifier: GPL-2.0

//! That an entry is device-exclusive is found out, not claimed.

use kernel::mm::{folio::*, pgtable::*};

pub fn is_anon(entry: NonPresent<'_, Pte>, _page: MappedPage<'_>) -> Option<bool> {
    Some(entry.softleaf().page()?.is_anon())
}

// SPDX-License-Identifier: GPL-2.0

//! A page is moved while its folio is locked.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect(next: NextPte<'_, '_>, folio: FolioRef) -> bool {
    next.clear(folio) //~ E0308
}

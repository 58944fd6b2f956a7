// SPDX-License-Identifier: GPL-2.0

//! The lock of a page that is moved is had from the run that moves it.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect(next: NextPte<'_, '_>, folio: LockedFolio) -> bool {
    let cleared = next.clear(folio);
    cleared
}

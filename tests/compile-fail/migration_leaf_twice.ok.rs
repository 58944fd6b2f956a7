// SPDX-License-Identifier: GPL-2.0

//! An entry is cleared once.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect(next: NextPte<'_, '_>, one: LockedFolio, _two: LockedFolio) -> bool {
    let cleared = next.clear(one);
    cleared
}

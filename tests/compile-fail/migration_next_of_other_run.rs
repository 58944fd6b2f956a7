// SPDX-License-Identifier: GPL-2.0

//! An entry is cleared in the run that it is one of, which flushes its own table.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect<'r, 't>(
    next: NextPte<'r, 't>,
    _other: &'r mut PteRun<'t>,
    folio: LockedFolio,
) -> bool {
    let next = NextPte {
        run: _other, //~ E0451
        ..next
    };
    next.clear(folio)
}

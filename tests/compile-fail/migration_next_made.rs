// SPDX-License-Identifier: GPL-2.0

//! That the next entry of a run maps a page is found out, not claimed.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect<'t>(
    run: &mut PteRun<'t>,
    _page: MappedPage<'t>,
    folio: LockedFolio,
) -> Option<bool> {
    let next = NextPte { run, page: _page }; //~ E0451
    Some(next.clear(folio))
}

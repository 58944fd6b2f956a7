// SPDX-License-Identifier: GPL-2.0

//! That the next entry of a run maps a page is found out, not claimed.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect<'t>(
    run: &mut PteRun<'t>,
    _page: MappedPage<'t>,
    folio: LockedFolio,
) -> Option<bool> {
    let next = run.next_pte()?;
    Some(next.clear(folio))
}

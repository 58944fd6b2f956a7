// SPDX-License-Identifier: GPL-2.0

//! What a run has not cleared when it is flushed is looked at again.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect(run: &mut PteRun<'_>, folio: LockedFolio) -> Option<bool> {
    let next = run.next_pte()?;
    run.flush(|_page| {}); //~ E0499
    Some(next.clear(folio))
}

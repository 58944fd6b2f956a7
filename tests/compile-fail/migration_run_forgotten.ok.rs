// SPDX-License-Identifier: GPL-2.0

//! What fills a run borrows it, and cannot keep it from being flushed.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn collect(run: &mut PteRun<'_>, folio: LockedFolio) {
    if let Some(next) = run.next_pte() {
        next.clear(folio);
    }
    run.flush(|_page| {});
}

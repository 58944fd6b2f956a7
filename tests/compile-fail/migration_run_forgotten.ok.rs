// SPDX-License-Identifier: GPL-2.0

//! What fills a run borrows it, and cannot keep it from being flushed.

use kernel::mm::pgtable::pages::*;

pub fn collect(run: &mut PteRun<'_>) {
    run.clear_next();
    run.flush(|_page| {});
}

// SPDX-License-Identifier: GPL-2.0

//! A page that may be pinned is not moved, and the collector of pages is told.

use kernel::mm::pgtable::pages::*;

pub fn collect(mut run: PteRun<'_>) -> usize {
    let mut last = 0;
    run.flush(|page| last = page); //~ E0308
    last
}

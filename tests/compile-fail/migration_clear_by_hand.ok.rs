// SPDX-License-Identifier: GPL-2.0

//! An entry counts as cleared once the run has cleared it, under the lock of its page's folio.

use kernel::mm::pgtable::pages::*;

pub fn collect(run: &mut PteRun<'_>) -> bool {
    run.clear_next()
}

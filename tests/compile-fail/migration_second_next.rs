// SPDX-License-Identifier: GPL-2.0

//! The next entry of a run is cleared, or left, before the run is used again.

use kernel::mm::pgtable::pages::*;

pub fn both_plain(run: &mut PteRun<'_>) -> Option<bool> {
    let one = run.next_pte()?;
    let two = run.next_pte()?; //~ E0499
    Some(one.page().is_plain() && two.page().is_plain())
}

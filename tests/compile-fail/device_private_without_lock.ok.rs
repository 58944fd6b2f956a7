// SPDX-License-Identifier: GPL-2.0

//! What an entry says of device memory is true while its lock is held.

use kernel::mm::pgtable::*;

pub fn frame(mut guard: SlotGuard<'_, Pte>) -> Option<usize> {
    let Entry::NonPresent(entry) = guard.entry() else {
        return None;
    };
    let page = entry.softleaf().page()?;
    let pfn = page.pfn();
    drop(guard);
    Some(pfn)
}

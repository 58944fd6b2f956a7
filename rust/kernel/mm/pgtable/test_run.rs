// SPDX-License-Identifier: GPL-2.0

//! Entries that are cleared for a migration, and put back.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{
    test_exclusive::{batch, lock, state, with_pages},
    test_mm::Make,
    test_put::Bits,
    test_restore::locked,
    ClearedRun, Level, Pmd, Pte, PteRun,
};
use crate::{
    mm::{folio::LockedFolio, MmapReadGuard},
    page::{Page, PAGE_SIZE},
    prelude::*,
};

/// Clears that of three entries that may be, the last: of the first the folio is not `other`, and
/// the second is not behind the last. Returns what was cleared, and whether all is as before.
fn clear(
    mmap: &MmapReadGuard<'_>,
    address: usize,
    other: LockedFolio,
) -> Result<([bool; 3], bool)> {
    let vma = mmap.vma_lookup(address).ok_or(EFAULT)?;
    let [second, last] = [1, 2].map(|i| address + i * PAGE_SIZE);
    let look = || -> Result<_> {
        let bits = batch(mmap, last)?.normal().map(|leaf| Bits::of(&leaf));
        Ok((state(mmap, last)?, bits))
    };
    let before = look()?;
    let folios = (lock(mmap, second)?, lock(mmap, last)?);
    // SAFETY: The mm has a user, and the tables are there.
    let guard = unsafe { Pte::lock(mmap.mm().as_raw(), address) }?;
    // SAFETY: The guard has locked the table, with three entries from this on, and does no more.
    let mut leaves = unsafe { PteRun::from_raw(guard.as_ptr(), vma, address, 3) };
    let [Some(a), Some(b), Some(c)] = [(); 3].map(|()| leaves.next()) else {
        return Err(EFAULT);
    };
    let mut run = ClearedRun::new();
    let cleared = [
        run.push(a, other),
        run.push(c, folios.1),
        run.push(b, folios.0),
    ];
    drop(run);
    drop(guard);
    Ok((cleared, look()? == before))
}

#[macros::kunit_tests(rust_pgtable_run)]
mod tests {
    use super::*;

    /// What was cleared is put back if nobody flushes it.
    #[test]
    fn cleared_and_dropped() -> Result {
        let other = Page::alloc_page(GFP_KERNEL)?;
        let found = with_pages(5, |mmap, address| {
            let next = address.next_multiple_of(Pmd::SIZE);
            // Three pages in one table.
            let start = if next < address + 3 * PAGE_SIZE {
                next
            } else {
                address
            };
            clear(mmap, start, locked(&other)?)
        });
        assert_eq!(found, Ok(([false, true, false], true)));
        Ok(())
    }
}

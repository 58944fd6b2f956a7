// SPDX-License-Identifier: GPL-2.0

//! Entries that are cleared for a migration, and put back.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{
    pages::PteRun,
    test_exclusive::{batch, lock, state, with_pages},
    test_mm::Make,
    Level, Pmd, Pte,
};
use crate::{bindings, mm::MmapReadGuard, page::PAGE_SIZE, prelude::*};

/// Clears the first two of three entries while the folio of the third is locked, and drops them.
/// Returns what was cleared, whether the three were there then, and whether all is as before in the
/// end.
fn clear(mmap: &MmapReadGuard<'_>, address: usize) -> Result<([bool; 3], [bool; 3], bool)> {
    let vma = mmap.vma_lookup(address).ok_or(EFAULT)?;
    let addresses = [0, 1, 2].map(|i| address + i * PAGE_SIZE);
    let look = || -> Result<_> {
        let mut found = [(); 3].map(|()| None);
        for (found, address) in found.iter_mut().zip(addresses) {
            let bits = batch(mmap, address)?.normal().map(|leaf| leaf.bits());
            *found = Some((state(mmap, address)?, bits));
        }
        Ok(found)
    };
    let before = look()?;
    let third = lock(mmap, addresses[2])?;
    // SAFETY: The mm has a user, and the tables are there.
    let guard = unsafe { Pte::lock(vma.as_ptr(), address) }?;
    let mut run =
        // SAFETY: The guard has locked the table, with three entries from this on, and does no more;
        // no secondary MMU knows of the memory.
        unsafe { PteRun::from_raw(guard.slot().as_ptr(), vma, address..addresses[2] + PAGE_SIZE) };
    let cleared = [(); 3].map(|()| run.clear_next());
    let there = [0, 1, 2].map(|i| {
        // SAFETY: The guard has locked the table, with three entries from this on.
        let raw = unsafe { bindings::ptep_get(guard.slot().as_ptr().add(i)) };
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pte_present(raw) }
    });
    drop(run);
    drop(guard);
    drop(third);
    Ok((cleared, there, look()? == before))
}

#[macros::kunit_tests(rust_pgtable_run)]
mod tests {
    use super::*;

    /// What was cleared and not flushed is put back.
    #[test]
    fn cleared_and_dropped() -> Result {
        let found = with_pages(5, |mmap, address| {
            let next = address.next_multiple_of(Pmd::SIZE);
            // Three pages in one table.
            let start = if next < address + 3 * PAGE_SIZE {
                next
            } else {
                address
            };
            clear(mmap, start)
        });
        let (cleared, there) = ([true, true, false], [false, false, true]);
        assert_eq!(found, Ok((cleared, there, true)));
        Ok(())
    }
}

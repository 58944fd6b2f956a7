// SPDX-License-Identifier: GPL-2.0

//! What a driver has to vouch for: that the frames are its own.

use kernel::{
    mm::{
        fault::{Done, Fault, FaultError, InsertLevel},
        pgtable::{DeviceFrames, Level, Pfn, Pmd},
    },
    page::PAGE_SHIFT,
    prelude::*,
};

/// Returns the frames of `size` bytes of memory at `start`. Fails with [`EBUSY`] if the kernel uses
/// one of them.
pub(crate) fn memory(start: u64, size: u64) -> Result<DeviceFrames> {
    let (first, pages) = (
        (start >> PAGE_SHIFT) as usize,
        (size >> PAGE_SHIFT) as usize,
    );
    let end = first.checked_add(pages).ok_or(EINVAL)?;
    let used = |pfn| Pfn::new(pfn).has_page();
    if (first..end).step_by(Pmd::PAGES).any(used) || pages > 0 && used(end - 1) {
        return Err(EBUSY);
    }
    // SAFETY: The kernel manages none of it, and whoever has set the parameters says that nobody
    // else does.
    Ok(unsafe { DeviceFrames::new(Pfn::new(first), pages) })
}

/// Asks for the block that starts `page` pages behind the first one of `bar`, whether or not one of
/// the level starts there. Fails with [`FaultError::Sigbus`] if it is another's.
pub(crate) fn insert_anyway<'f, L: InsertLevel>(
    fault: &Fault<'f, L>,
    bar: &DeviceFrames,
    page: usize,
) -> Result<Done<'f>, FaultError> {
    let first = Pfn::new(bar.first().as_raw().wrapping_add(page));
    if first.fits() && !bar.has(page, L::PAGES) {
        return Err(FaultError::Sigbus);
    }
    // SAFETY: The frames are those of the fake BAR, or a number that no entry can hold.
    unsafe { fault.insert_pfn(first) }
}

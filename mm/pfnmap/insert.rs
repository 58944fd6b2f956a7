// SPDX-License-Identifier: GPL-2.0

//! Mapping a block of frames for a fault, at whatever level.

use kernel::{
    mm::{
        fault::{Access, FaultError},
        pgtable::{
            DeviceBlock, DeviceFrames, Entry, Leaf, Pfn, PfnProt, SlotGuard, SpecialLeaf,
            SpecialLevel, VmaBlock, VmaPfnMap,
        },
        virt::VmaRef,
    },
    prelude::*,
};

/// Maps the frames of `device`, one block of them, around `address`. C twins: `insert_pfn()`,
/// `insert_pmd()` and `insert_pud()` with the checks that come before them.
///
/// `lock` locks the entry, allocating what it lacks. The locks are those of a fault.
///
/// Fails, after one warning of the driver, with [`FaultError::Sigbus`] for a vma or a frame number
/// that no mapping can have, and with [`FaultError::Fallback`] for frames or addresses that are no
/// block of this level. Fails with [`FaultError::Sigbus`] where L1TF forbids the frames, or where the
/// write has hit a mapping of others, and with [`FaultError::Oom`] without memory for a table.
#[inline]
pub(crate) fn insert<'v, L: SpecialLevel>(
    vma: &'v VmaRef,
    address: usize,
    device: (Pfn, DeviceFrames),
    access: Access,
    lock: impl FnOnce(&VmaBlock<'v, L>) -> Option<SlotGuard<'v, L>>,
) -> Result<(), FaultError> {
    let vma = vma.as_pfnmap_vma().ok_or_else(wrong_vma)?;
    let place = vma.block::<L>(address).ok_or_else(outside_vma)?;
    let frames = device.1.block::<L>(0).ok_or_else(|| no_block(device.0))?;
    let first = frames.first();
    let leaf = leaf(vma, frames, access).ok_or(FaultError::Sigbus)?;
    let guard = lock(&place).ok_or(FaultError::Oom)?;
    match guard.entry() {
        Entry::Vacant(vacant) => vacant.install(leaf),
        Entry::Leaf(old) => return upgrade(old, &place, first, access),
        // Somebody was faster, with smaller blocks; the access sees them when it is tried again.
        Entry::NonPresent | Entry::Table => return Ok(()),
    }
    guard.update_mmu_cache(&place);
    Ok(())
}

/// Makes the entry: dirty for a write, so that hardware that leaves this to a fault takes no second.
#[inline]
fn leaf<L: SpecialLevel>(
    vma: &VmaPfnMap,
    frames: DeviceBlock<L>,
    access: Access,
) -> Option<SpecialLeaf<L>> {
    let leaf = SpecialLeaf::new(PfnProt::new(vma, frames)?);
    Some(match access {
        Access::Read => leaf,
        Access::Write => leaf.mkyoung().mkdirty().maybe_mkwrite(vma),
    })
}

/// Deals with a leaf that is there already: it may be what is to be inserted, but for a write.
#[cold]
fn upgrade<L: SpecialLevel>(
    old: Leaf<'_, L>,
    place: &VmaBlock<'_, L>,
    first: Pfn,
    access: Access,
) -> Result<(), FaultError> {
    if access == Access::Read {
        return Ok(());
    }
    match old.into_special() {
        Some(old) if old.copied().frames().first() == first => old.mkwritten(place),
        _ => return Err(other_frames()),
    }
    Ok(())
}

// Each warns once, of a driver's mistake of one kind.

#[cold]
fn wrong_vma() -> FaultError {
    kernel::do_once_lite! { kernel::warn_on!(true); }
    FaultError::Sigbus
}

#[cold]
fn outside_vma() -> FaultError {
    kernel::do_once_lite! { kernel::warn_on!(true); }
    FaultError::Fallback
}

#[cold]
fn other_frames() -> FaultError {
    kernel::do_once_lite! { kernel::warn_on!(true); }
    FaultError::Sigbus
}

/// A number that is not aligned may still be mapped by pages, one that does not fit may not.
#[cold]
fn no_block(first: Pfn) -> FaultError {
    if first.fits() {
        kernel::do_once_lite! { kernel::warn_on!(true); }
        FaultError::Fallback
    } else {
        kernel::do_once_lite! { kernel::warn_on!(true); }
        FaultError::Sigbus
    }
}

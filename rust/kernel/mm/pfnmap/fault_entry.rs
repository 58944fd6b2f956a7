// SPDX-License-Identifier: GPL-2.0

//! The entry of a fault, and the leaf that maps a block of frames there.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{is_cow_mapping, DeviceBlock, VmaPfnMap};
use crate::{
    bindings,
    mm::{
        pfnmap::fault::Access,
        pgtable::{maybe_mkwrite, Entry, Event, SlotGuard, SpecialLevel},
    },
};

/// Why frames are not mapped for a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInserted {
    /// A part of the block lies outside the vma.
    Outside,
    /// An inaccessible mapping of the frames would be open to L1TF.
    L1tf,
    /// There is no memory for the table of a page.
    NoMemory,
    /// The PMD above a page has become a leaf.
    Changed,
    /// One of the frames is known to be poisoned.
    Poisoned,
    /// The access is a write, and the entry maps other frames.
    OtherFrames,
}

/// The address of a fault, and the entry that C has found for it. Equivalent to C's `vmf->vma`,
/// `vmf->address`, and `vmf->pmd` or `vmf->pud`.
///
/// # Invariants
///
/// `found` was found for `address`, which lies in `vma`.
#[must_use = "the entry of a fault is there to be mapped"]
pub struct FaultEntry<'v, L: SpecialLevel> {
    vma: &'v VmaPfnMap,
    address: usize,
    found: *mut L::Found,
}

impl<'v, L: SpecialLevel> FaultEntry<'v, L> {
    /// Wraps what a fault has found for `address`, in bytes: the entry in a table of the vma's mm or,
    /// for a page, the PMD above it.
    ///
    /// # Safety
    ///
    /// The type invariant.
    #[inline]
    pub unsafe fn from_raw(vma: &'v VmaPfnMap, address: usize, found: *mut L::Found) -> Self {
        // INVARIANT: The fault has found the entry for the address, which lies in the vma.
        Self {
            vma,
            address,
            found,
        }
    }

    /// Returns the vma.
    #[inline]
    pub fn vma(&self) -> &'v VmaPfnMap {
        self.vma
    }

    /// Maps `frames` by a leaf with the special bit at the block around the address, if nothing is mapped
    /// there; allocates the table that a page lacks. Equivalent to C's `insert_pmd()`, and to
    /// `pte_alloc_map_lock()` and the checks that come before them.
    ///
    /// The leaf is old and clean for a read. For a write it is young and dirty, so that hardware that
    /// leaves this to a fault takes no second one, and writable if the vma is and a write makes no
    /// copy.
    ///
    /// What another thread has mapped meanwhile stays, and counts as done: the access sees it when it
    /// is tried again. It may be these frames, mapped for a read: for a write their leaf is made
    /// as one for a write.
    #[inline]
    pub fn insert(self, frames: DeviceBlock<'_, L>, access: Access) -> Result<(), NotInserted> {
        let (start, raw) = self.leaf(&frames, access)?;
        // SAFETY: By the type invariant `found` was found for the block, which lies in the vma.
        let mut guard = unsafe { L::lock_found(self.found, self.vma, start) }?;
        let slot = guard.slot();
        if !slot.is_vacant() {
            return mkwritten(&mut guard, raw);
        }
        // Under the lock: poison that is found later takes the lock to unmap the frame.
        if frames.poisoned() {
            return Err(NotInserted::Poisoned);
        }
        // SAFETY: The lock of the entry is held; it is empty, and the one for the block that the leaf
        // was made for.
        unsafe { L::set_at(slot.mm(), slot.start(), slot.as_ptr(), raw) };
        slot.update_mmu_cache();
        slot.count(Event::pfnmap_fault::<L>());
        Ok(())
    }

    /// Returns where the block around the address starts, and the leaf that maps `frames` there.
    /// Equivalent to C's `pfn_modify_allowed()`, `pfnmap_setup_cachemode_pfn()` and
    /// `pmd_mkspecial(pmd_mkhuge(pfn_pmd()))`.
    #[inline]
    fn leaf(
        &self,
        frames: &DeviceBlock<'_, L>,
        access: Access,
    ) -> Result<(usize, L::Raw), NotInserted> {
        let block = self.vma.block::<L>(self.address);
        let start = block.ok_or(NotInserted::Outside)?.addr().as_raw();
        // SAFETY: By the type invariant of `VmaRef` the vma is alive, and its lock is held.
        let mut prot = unsafe { (*self.vma.as_ptr()).vm_page_prot };
        if !frames.may_have(prot) {
            return Err(NotInserted::L1tf);
        }
        let first = frames.first().as_raw();
        // A driver maps frames of one cache mode by one block: the first stands for all of them.
        // SAFETY: `prot` is valid for writing.
        unsafe { bindings::pfnmap_setup_cachemode_pfn(first, &mut prot) };
        let mut raw = L::mkspecial(L::leaf_of(first, prot));
        if access == Access::Write {
            raw = L::mkdirty(L::mkyoung(raw));
            // The protection of a shared vma lets user space write already.
            if !L::write(raw) {
                raw = mkwrite_later::<L>(raw, self.vma);
            }
        }
        Ok((start, raw))
    }
}

#[cold]
fn mkwrite_later<L: SpecialLevel>(raw: L::Raw, vma: &VmaPfnMap) -> L::Raw {
    maybe_mkwrite::<L>(raw, vma.into())
}

/// If `raw` was made for a write, makes a special leaf that is there young, dirty and, if the vma is,
/// writable. Leaves alone what is no special leaf, and what may not be written without a copy. Fails
/// if the leaf maps other frames than `raw`.
///
/// Compares leaves, and not a leaf with frames: in an arm64 realm `vm_page_prot` has a bit of the
/// address set (`pgprot_decrypted()`).
#[inline]
fn mkwritten<L: SpecialLevel>(
    guard: &mut SlotGuard<'_, L>,
    raw: L::Raw,
) -> Result<(), NotInserted> {
    if !L::dirty(raw) || is_cow_mapping(guard.slot().vma().flags()) {
        return Ok(());
    }
    let Entry::Leaf(leaf) = guard.entry() else {
        return Ok(());
    };
    let Some(leaf) = leaf.into_special() else {
        return Ok(());
    };
    if L::pfn(leaf.raw()) != L::pfn(raw) {
        return Err(NotInserted::OtherFrames);
    }
    leaf.mkwritten();
    Ok(())
}

#[macros::kunit_tests(rust_pgtable_new_leaf)]
mod tests {
    use super::*;
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    use crate::mm::pgtable::Pmd;
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    use crate::mm::pgtable::Pud;
    use crate::mm::pgtable::{
        test_mm::{block_addr, Look, TestMm},
        Pfn, Pte,
    };
    use crate::{mm::pfnmap::DeviceFrames, prelude::*};
    use core::ptr::null_mut;

    /// Aligned to every level, at 1 TiB, and never accessed.
    const PFN: usize = 1 << 28;

    fn is_special_leaf<L: SpecialLevel>(raw: L::Raw, first: usize) -> bool {
        L::present(raw) && L::leaf(raw) && L::special(raw) && L::pfn(raw) == first
    }

    fn leaf<L: SpecialLevel>(vma: &VmaPfnMap, first: usize, access: Access) -> Option<L::Raw> {
        // SAFETY: The leaf is looked at, and never installed.
        let frames = unsafe { DeviceFrames::new(Pfn::new(first), L::PAGES) };
        // SAFETY: The entry is not locked.
        let entry = unsafe { FaultEntry::<L>::from_raw(vma, block_addr(0), null_mut()) };
        let (_, raw) = entry.leaf(&frames.block(0)?, access).ok()?;
        Some(raw)
    }

    fn with_vma(test: impl FnOnce(&VmaPfnMap) -> Option<bool>) -> Result<bool> {
        let mm = TestMm::new()?;
        let mmap = mm.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(0)).ok_or(EFAULT)?;
        test(mm.as_pfnmap_vma(vma).ok_or(EINVAL)?).ok_or(EINVAL)
    }

    /// Whether what a leaf is made of is what it says, from the first frame to the last possible.
    fn unpacks_what_was_packed<L: SpecialLevel>() -> Result<bool> {
        with_vma(|vma| {
            let mut all = true;
            for first in [0, L::PAGES, PFN, Pfn::limit().as_raw() - L::PAGES] {
                for access in [Access::Read, Access::Write] {
                    all &= is_special_leaf::<L>(leaf::<L>(vma, first, access)?, first);
                }
            }
            Some(all)
        })
    }

    /// What a test does to a leaf, and whether an entry shows that it was done.
    type Step<Raw> = (fn(Raw, &VmaPfnMap) -> Raw, fn(Raw) -> bool);

    /// Whether every modifier does its own, and leaves the bit and the frame alone.
    fn special_survives<L: Look>() -> Result<bool> {
        let steps: [Step<L::Raw>; 6] = [
            (|raw, _| L::mkyoung(raw), L::young),
            (|raw, _| L::mkold(raw), |raw| !L::young(raw)),
            (|raw, _| L::mkdirty(raw), L::dirty),
            (|raw, _| L::wrprotect(raw), |raw| !L::write(raw)),
            (
                |raw, vma| mkwrite_later::<L>(L::wrprotect(raw), vma),
                L::write,
            ),
            (
                |raw, vma| L::mkdirty(mkwrite_later::<L>(raw, vma)),
                L::write,
            ),
        ];
        with_vma(|vma| {
            let raw = leaf::<L>(vma, PFN, Access::Read)?;
            let mut all = true;
            for (step, done) in steps {
                let raw = step(raw, vma);
                all &= done(raw) && is_special_leaf::<L>(raw, PFN);
            }
            let modified = L::modify(raw, L::pgprot(L::wrprotect(raw)));
            Some(all && !L::write(modified) && is_special_leaf::<L>(modified, PFN))
        })
    }

    #[test]
    fn pack_and_unpack() {
        assert_eq!(unpacks_what_was_packed::<Pte>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        assert_eq!(unpacks_what_was_packed::<Pmd>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(unpacks_what_was_packed::<Pud>(), Ok(true));
    }

    #[test]
    fn modifiers() {
        assert_eq!(special_survives::<Pte>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        assert_eq!(special_survives::<Pmd>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(special_survives::<Pud>(), Ok(true));
    }
}

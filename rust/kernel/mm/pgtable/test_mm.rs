// SPDX-License-Identifier: GPL-2.0

//! An address space that a KUnit test builds by hand, with entries of its choice.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{level::Accessors, Level, Pfn, Pmd, Pte, Pud};
use crate::{
    bindings,
    error::from_err_ptr,
    mm::{virt::flags, MmWithUser},
    prelude::*,
};
use core::{cell::Cell, ptr::NonNull};

/// How many blocks of the size of a PUD entry the vma has.
pub const BLOCKS: usize = 4;

/// Where the vma starts, in bytes.
const START: usize = 64 * Pud::SIZE;

/// Returns the address of a block, in bytes.
pub const fn block_addr(block: usize) -> usize {
    START + block * Pud::SIZE
}

/// A mm in which no thread runs, with one vma of device memory over [`BLOCKS`] blocks. Each block
/// can have one entry, at its start, of any level.
///
/// # Invariants
///
/// Having one tells you
///
/// - that one user count of `mm` is ours, and that `vma` is its only vma;
/// - that a block has an entry exactly if `made` says how to clear it, and that no table under it
///   holds any other.
pub struct TestMm {
    mm: NonNull<bindings::mm_struct>,
    vma: NonNull<bindings::vm_area_struct>,
    made: [Cell<Option<Clear>>; BLOCKS],
}

/// Clears the entry at an address.
///
/// Callers own the mm, and have made an entry of the function's level at the address.
type Clear = unsafe fn(*mut bindings::mm_struct, usize);

/// A level at which a test can make an entry.
pub trait Make: Level {
    /// Calls `f` with the entry for `addr`, allocating the tables above it.
    ///
    /// # Safety
    ///
    /// The caller owns `mm`, and no leaf is mapped above the level around `addr`.
    unsafe fn with_entry(
        mm: *mut bindings::mm_struct,
        addr: usize,
        f: impl FnOnce(*mut Self::Raw),
    ) -> Result;

    /// Writes a special leaf.
    ///
    /// # Safety
    ///
    /// `entry` is the entry for `addr` of a mm that the caller owns, and is empty.
    unsafe fn set(
        mm: *mut bindings::mm_struct,
        addr: usize,
        entry: *mut Self::Raw,
        pfn: Pfn,
        prot: bindings::pgprot_t,
    );

    /// Empties the entry for `addr`.
    ///
    /// # Safety
    ///
    /// As for [`Clear`].
    unsafe fn clear(mm: *mut bindings::mm_struct, addr: usize);
}

#[repr(transparent)]
struct Mapping(bindings::vm_special_mapping);

// SAFETY: Nothing writes to it.
unsafe impl Sync for Mapping {}

static MAPPING: Mapping = Mapping(bindings::vm_special_mapping {
    name: c"[test_mm]".as_ptr().cast(),
    ..pin_init::zeroed()
});

impl TestMm {
    /// Builds the mm and its vma.
    pub fn new() -> Result<Self> {
        // SAFETY: May be called by any thread that may sleep.
        let mm = NonNull::new(unsafe { bindings::mm_alloc() }).ok_or(ENOMEM)?;
        let vm_flags = flags::READ | flags::WRITE | flags::SHARED | flags::IO | flags::PFNMAP;
        // SAFETY: The mm is ours alone.
        unsafe { bindings::mmap_write_lock(mm.as_ptr()) };
        // SAFETY: The mmap lock is held for writing, and the mapping is static.
        let vma = from_err_ptr(unsafe {
            bindings::_install_special_mapping(
                mm.as_ptr(),
                START,
                BLOCKS * Pud::SIZE,
                vm_flags,
                &MAPPING.0,
            )
        });
        // SAFETY: The lock was taken above.
        unsafe { bindings::mmap_write_unlock(mm.as_ptr()) };
        match vma.map(NonNull::new) {
            Ok(Some(vma)) => Ok(Self {
                // INVARIANT: `mm_alloc()` gave us the first user count; the vma is the first one,
                // and has no entry.
                mm,
                vma,
                made: [const { Cell::new(None) }; BLOCKS],
            }),
            Ok(None) | Err(_) => {
                // SAFETY: The user count is ours.
                unsafe { bindings::mmput(mm.as_ptr()) };
                Err(ENOMEM)
            }
        }
    }

    /// Returns the mm.
    pub fn mm(&self) -> &MmWithUser {
        // SAFETY: By the type invariant a user count of it is ours.
        unsafe { MmWithUser::from_raw(self.mm.as_ptr()) }
    }

    /// Maps `pfn` at the start of `block` by a leaf of level `L`, special where the level has the
    /// bit. Fails with [`EBUSY`] if the block has an entry, and with [`ENOMEM`].
    pub fn map<L: Make>(&self, block: usize, pfn: Pfn) -> Result {
        let made = self.made.get(block).ok_or(EINVAL)?;
        if made.get().is_some() {
            return Err(EBUSY);
        }
        let mm = self.mm.as_ptr();
        let addr = block_addr(block);
        // SAFETY: By the type invariant the vma is alive.
        let prot = unsafe { (*self.vma.as_ptr()).vm_page_prot };
        // SAFETY: By the type invariant the mm is ours and the block has no entry.
        unsafe {
            L::with_entry(mm, addr, |entry| {
                // SAFETY: It is the entry for `addr`, and empty.
                unsafe { L::set(mm, addr, entry, pfn, prot) }
            })?
        };
        made.set(Some(L::clear));
        Ok(())
    }

    /// Empties the entry of `block`, if it has one. Tables stay.
    pub fn unmap(&self, block: usize) {
        if let Some(clear) = self.made.get(block).and_then(Cell::take) {
            // SAFETY: By the type invariant the mm is ours, and the entry is of that level.
            unsafe { clear(self.mm.as_ptr(), block_addr(block)) };
        }
    }
}

impl Drop for TestMm {
    fn drop(&mut self) {
        // C must find nothing that it would take for memory to be freed.
        (0..BLOCKS).for_each(|block| self.unmap(block));
        // SAFETY: By the type invariant the user count is ours.
        unsafe { bindings::mmput(self.mm.as_ptr()) };
    }
}

/// Returns the entry of level PUD for `addr`, allocating what is above it.
///
/// # Safety
///
/// The caller owns `mm`.
unsafe fn pud_entry(mm: *mut bindings::mm_struct, addr: usize) -> Result<*mut bindings::pud_t> {
    // SAFETY: Every mm has a table of PGDs.
    let pgdp = unsafe { bindings::pgd_offset(mm, addr) };
    // SAFETY: `pgdp` points into that table.
    let p4dp = NonNull::new(unsafe { bindings::p4d_alloc(mm, pgdp, addr) }).ok_or(ENOMEM)?;
    // SAFETY: `p4dp` points into a table of `mm`.
    let pudp = unsafe { bindings::pud_alloc(mm, p4dp.as_ptr(), addr) };
    Ok(NonNull::new(pudp).ok_or(ENOMEM)?.as_ptr())
}

/// Returns the entry of level PMD for `addr`, allocating what is above it.
///
/// # Safety
///
/// The caller owns `mm`, and the PUD for `addr` is no leaf.
unsafe fn pmd_entry(mm: *mut bindings::mm_struct, addr: usize) -> Result<*mut bindings::pmd_t> {
    // SAFETY: The caller owns `mm`.
    let pudp = unsafe { pud_entry(mm, addr) }?;
    // SAFETY: `pudp` points into a table of `mm`, and is empty or a table.
    let pmdp = unsafe { bindings::pmd_alloc(mm, pudp, addr) };
    Ok(NonNull::new(pmdp).ok_or(ENOMEM)?.as_ptr())
}

/// Returns the entry of level PTE for `addr`, mapped, allocating what is above it.
///
/// # Safety
///
/// The caller owns `mm`, and neither the PUD nor the PMD for `addr` is a leaf.
unsafe fn pte_entry(mm: *mut bindings::mm_struct, addr: usize) -> Result<*mut bindings::pte_t> {
    // SAFETY: The caller owns `mm`, and the PUD is no leaf.
    let pmdp = unsafe { pmd_entry(mm, addr) }?;
    // SAFETY: `pmdp` points into a table of `mm`, and is empty or a table.
    let ptep = unsafe { bindings::pte_alloc_map(mm, pmdp, addr) };
    Ok(NonNull::new(ptep).ok_or(ENOMEM)?.as_ptr())
}

macro_rules! make_at_level {
    ($level:ident, $entry:ident, $set:ident, $clear:ident) => {
        impl Make for $level {
            unsafe fn with_entry(
                mm: *mut bindings::mm_struct,
                addr: usize,
                f: impl FnOnce(*mut Self::Raw),
            ) -> Result {
                // SAFETY: The contract of this function is that of the callee.
                let entry = unsafe { $entry(mm, addr) }?;
                f(entry);
                // SAFETY: The callee mapped the entry where the level wants that.
                unsafe { <$level as Accessors>::unmap(entry) };
                Ok(())
            }

            unsafe fn set(
                mm: *mut bindings::mm_struct,
                addr: usize,
                entry: *mut Self::Raw,
                pfn: Pfn,
                prot: bindings::pgprot_t,
            ) {
                // SAFETY: `entry` is an empty entry by the contract of this function.
                unsafe { bindings::$set(mm, addr, entry, pfn.as_raw(), prot) };
            }

            unsafe fn clear(mm: *mut bindings::mm_struct, addr: usize) {
                let clear = |entry| {
                    // SAFETY: `entry` is the entry for the address.
                    unsafe { bindings::$clear(mm, addr, entry) }
                };
                // SAFETY: The contract of this function; nothing is allocated, so nothing can fail.
                let _ = unsafe { Self::with_entry(mm, addr, clear) };
            }
        }
    };
}

make_at_level!(Pte, pte_entry, set_pte_special, clear_pte_at);
make_at_level!(Pmd, pmd_entry, set_pmd_special, clear_pmd_at);
make_at_level!(Pud, pud_entry, set_pud_special, clear_pud_at);

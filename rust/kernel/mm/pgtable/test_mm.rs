// SPDX-License-Identifier: GPL-2.0

//! An address space that a KUnit test builds by hand, with entries of its choice.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{Entry, Level, Pfn, Pmd, Pte, Pud, SlotGuard, SpecialLevel, UserAddr};
use crate::{
    bindings,
    error::from_err_ptr,
    mm::{
        virt::{flags, vm_flags_t},
        MmWithUser,
    },
    prelude::*,
};
use core::{cell::Cell, ptr::NonNull};

/// How many blocks of the size of a PUD entry the vma has.
pub const BLOCKS: usize = 4;

/// Where the vma starts, in bytes.
const START: usize = 64 * Pud::SIZE;

/// How long the vma is, in bytes.
const SIZE: usize = BLOCKS * Pud::SIZE;

/// Returns the address of a block, in bytes.
pub const fn block_addr(block: usize) -> usize {
    START + block * Pud::SIZE
}

/// A mm in which no thread runs, with one vma over [`BLOCKS`] blocks. Each block can have one entry,
/// at its start, of any level.
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

/// Empties the entry for an address, whose level is the function's.
type Clear = unsafe fn(*mut bindings::mm_struct, usize);

/// A level at which a test can make an entry.
pub trait Make: Level {
    /// Locks the entry for `addr`, allocating what is above it.
    ///
    /// # Safety
    ///
    /// The caller owns `mm` while `'t` lasts, and nothing is mapped above the level around `addr`.
    unsafe fn lock<'t>(mm: *mut bindings::mm_struct, addr: usize) -> Result<SlotGuard<'t, Self>>;

    /// Writes a leaf that maps `pfn`.
    ///
    /// # Safety
    ///
    /// `entry` is the entry for `addr` in `mm`, empty, and its lock is held.
    unsafe fn set(
        mm: *mut bindings::mm_struct,
        addr: usize,
        entry: *mut Self::Raw,
        pfn: Pfn,
        prot: bindings::pgprot_t,
    );

    /// Empties an entry.
    ///
    /// # Safety
    ///
    /// `entry` is the entry for `addr` in `mm`, no table, and its lock is held.
    unsafe fn clear(mm: *mut bindings::mm_struct, addr: usize, entry: *mut Self::Raw);
}

/// What only a test asks of a leaf.
pub trait Look: SpecialLevel {
    /// Whether it was accessed.
    fn young(raw: Self::Raw) -> bool;

    /// Whether it was written.
    fn dirty(raw: Self::Raw) -> bool;

    /// Changes protection bits, as `mprotect()` does.
    fn modify(raw: Self::Raw, prot: bindings::pgprot_t) -> Self::Raw;
}

macro_rules! look_at_level {
    ($level:ident, $young:ident, $dirty:ident, $modify:ident) => {
        impl Look for $level {
            fn young(raw: Self::Raw) -> bool {
                // SAFETY: The function looks at the bits of the value alone.
                unsafe { bindings::$young(raw) }
            }

            fn dirty(raw: Self::Raw) -> bool {
                // SAFETY: The function looks at the bits of the value alone.
                unsafe { bindings::$dirty(raw) }
            }

            fn modify(raw: Self::Raw, prot: bindings::pgprot_t) -> Self::Raw {
                // SAFETY: The function computes a value.
                unsafe { bindings::$modify(raw, prot) }
            }
        }
    };
}

look_at_level!(Pte, test_pte_young, test_pte_dirty, pte_modify);
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
look_at_level!(Pmd, test_pmd_young, test_pmd_dirty, pmd_modify);
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
look_at_level!(Pud, test_pud_young, test_pud_dirty, pud_modify);

/// Empties the entry for `addr` under its lock.
///
/// # Safety
///
/// As for [`Make::lock()`], and the entry was made by a test.
unsafe fn clear<L: Make>(mm: *mut bindings::mm_struct, addr: usize) {
    // SAFETY: The contract of this function. The tables are there, so that nothing can fail.
    if let Ok(guard) = unsafe { L::lock(mm, addr) } {
        // SAFETY: The guard holds the lock of the entry for `addr`.
        unsafe { L::clear(mm, addr, guard.as_ptr()) };
    }
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
    /// Builds a mm with a vma of device memory.
    pub fn new() -> Result<Self> {
        Self::with_flags(flags::IO | flags::PFNMAP)
    }

    /// Builds a mm with a vma that has `vm_flags` and may be read, written and shared.
    pub fn with_flags(vm_flags: vm_flags_t) -> Result<Self> {
        // SAFETY: May be called by any thread that may sleep.
        let mm = NonNull::new(unsafe { bindings::mm_alloc() }).ok_or(ENOMEM)?;
        let vm_flags = vm_flags | flags::READ | flags::WRITE | flags::SHARED;
        // SAFETY: The mm is ours alone.
        unsafe { bindings::mmap_write_lock(mm.as_ptr()) };
        // SAFETY: The mmap lock is held for writing, and the mapping is static.
        let vma = from_err_ptr(unsafe {
            bindings::_install_special_mapping(mm.as_ptr(), START, SIZE, vm_flags, &MAPPING.0)
        });
        // SAFETY: The lock was taken above.
        unsafe { bindings::mmap_write_unlock(mm.as_ptr()) };
        let Some(vma) = vma.ok().and_then(NonNull::new) else {
            // SAFETY: The user count is ours.
            unsafe { bindings::mmput(mm.as_ptr()) };
            return Err(ENOMEM);
        };
        // INVARIANT: The first user count is ours; the vma is the first one, and has no entry.
        Ok(Self {
            mm,
            vma,
            made: [const { Cell::new(None) }; BLOCKS],
        })
    }

    /// Returns the mm.
    pub fn mm(&self) -> &MmWithUser {
        // SAFETY: By the type invariant a user count of it is ours.
        unsafe { MmWithUser::from_raw(self.mm.as_ptr()) }
    }

    /// Maps `pfn` at the start of `block` by a leaf of level `L`, special where the level has the
    /// bit. Fails with [`EBUSY`] if the block has an entry or a table at that level, and with
    /// [`ENOMEM`].
    pub fn map<L: Make>(&self, block: usize, pfn: Pfn) -> Result {
        // SAFETY: By the type invariant the vma is alive.
        let prot = unsafe { (*self.vma.as_ptr()).vm_page_prot };
        self.make::<L>(block, |mm, addr, entry| {
            // SAFETY: `entry` is the entry for `addr`, empty, and its lock is held.
            unsafe { L::set(mm, addr, entry, pfn, prot) }
        })
    }

    /// Puts a marker, which is not present, into the first PTE of `block`. Fails as [`Self::map()`].
    pub fn mark(&self, block: usize) -> Result {
        self.make::<Pte>(block, |mm, addr, entry| {
            // SAFETY: `entry` is the entry for `addr`, empty, and its lock is held.
            unsafe { bindings::set_pte_marker(mm, addr, entry) }
        })
    }

    fn make<L: Make>(
        &self,
        block: usize,
        write: impl FnOnce(*mut bindings::mm_struct, usize, *mut L::Raw),
    ) -> Result {
        let made = self.made.get(block).ok_or(EINVAL)?;
        if made.get().is_some() {
            return Err(EBUSY);
        }
        let (mm, addr) = (self.mm.as_ptr(), block_addr(block));
        // SAFETY: By the type invariant the mm is ours and the block has no entry.
        let guard = unsafe { L::lock(mm, addr) }?;
        if !matches!(guard.entry(), Entry::Vacant(_)) {
            return Err(EBUSY);
        }
        write(mm, addr, guard.as_ptr());
        made.set(Some(clear::<L>));
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
unsafe fn pud_entry(mm: *mut bindings::mm_struct, addr: usize) -> Result<NonNull<bindings::pud_t>> {
    // SAFETY: Every mm has a table of PGDs.
    let pgdp = unsafe { bindings::pgd_offset(mm, addr) };
    // SAFETY: `pgdp` points into that table.
    let p4dp = NonNull::new(unsafe { bindings::p4d_alloc(mm, pgdp, addr) }).ok_or(ENOMEM)?;
    // SAFETY: `p4dp` points into a table of `mm`.
    NonNull::new(unsafe { bindings::pud_alloc(mm, p4dp.as_ptr(), addr) }).ok_or(ENOMEM)
}

/// Returns the entry of level PMD for `addr`, allocating what is above it.
///
/// # Safety
///
/// The caller owns `mm`, and the PUD for `addr` is no leaf.
unsafe fn pmd_entry(mm: *mut bindings::mm_struct, addr: usize) -> Result<NonNull<bindings::pmd_t>> {
    // SAFETY: The caller owns `mm`.
    let pudp = unsafe { pud_entry(mm, addr) }?;
    // SAFETY: `pudp` points into a table of `mm`, and is empty or a table.
    NonNull::new(unsafe { bindings::pmd_alloc(mm, pudp.as_ptr(), addr) }).ok_or(ENOMEM)
}

/// Wraps an entry and the lock that C returned for it.
///
/// # Safety
///
/// As for [`SlotGuard::new()`]; `addr` lies in the vma of a [`TestMm`].
unsafe fn guard<'t, L: Level>(
    entry: NonNull<L::Raw>,
    ptl: *mut bindings::spinlock_t,
    mm: *mut bindings::mm_struct,
    addr: usize,
) -> SlotGuard<'t, L> {
    // SAFETY: A lock has an address.
    let ptl = unsafe { NonNull::new_unchecked(ptl) };
    // SAFETY: So has a mm.
    let mm = unsafe { NonNull::new_unchecked(mm) };
    // SAFETY: The contract of this function.
    unsafe { SlotGuard::new(entry, ptl, mm, UserAddr::new(addr)) }
}

macro_rules! make_at_level {
    ($level:ident, $set:ident, $clear:ident, |$mm:ident, $addr:ident| $lock:block) => {
        impl Make for $level {
            unsafe fn lock<'t>(
                $mm: *mut bindings::mm_struct,
                $addr: usize,
            ) -> Result<SlotGuard<'t, Self>> {
                $lock
            }

            unsafe fn set(
                mm: *mut bindings::mm_struct,
                addr: usize,
                entry: *mut Self::Raw,
                pfn: Pfn,
                prot: bindings::pgprot_t,
            ) {
                // SAFETY: `entry` is an empty entry, locked, by the contract of this function.
                unsafe { bindings::$set(mm, addr, entry, pfn.as_raw(), prot) };
            }

            unsafe fn clear(mm: *mut bindings::mm_struct, addr: usize, entry: *mut Self::Raw) {
                // SAFETY: `entry` is no table, and locked, by the contract of this function.
                unsafe { bindings::$clear(mm, addr, entry) };
            }
        }
    };
}

make_at_level!(Pte, set_pte_special, clear_pte_at, |mm, addr| {
    // SAFETY: The caller owns `mm`, and the PUD is no leaf.
    let pmdp = unsafe { pmd_entry(mm, addr) }?;
    let mut ptl = core::ptr::null_mut();
    // SAFETY: `pmdp` points into a table of `mm`, and is empty or a table.
    let ptep = unsafe { bindings::pte_alloc_map_lock(mm, pmdp.as_ptr(), addr, &mut ptl) };
    // SAFETY: The table of `ptep` is mapped and locked wherever C returns one.
    Ok(unsafe { guard(NonNull::new(ptep).ok_or(ENOMEM)?, ptl, mm, addr) })
});

make_at_level!(Pmd, set_pmd_special, clear_pmd_at, |mm, addr| {
    // SAFETY: The caller owns `mm`, and the PUD is no leaf.
    let pmdp = unsafe { pmd_entry(mm, addr) }?;
    // SAFETY: `pmdp` points into a table of `mm`.
    let ptl = unsafe { bindings::pmd_lock(mm, pmdp.as_ptr()) };
    // SAFETY: The lock was just taken.
    Ok(unsafe { guard(pmdp, ptl, mm, addr) })
});

make_at_level!(Pud, set_pud_special, clear_pud_at, |mm, addr| {
    // SAFETY: The caller owns `mm`.
    let pudp = unsafe { pud_entry(mm, addr) }?;
    // SAFETY: `pudp` points into a table of `mm`.
    let ptl = unsafe { bindings::pud_lock(mm, pudp.as_ptr()) };
    // SAFETY: The lock was just taken.
    Ok(unsafe { guard(pudp, ptl, mm, addr) })
});

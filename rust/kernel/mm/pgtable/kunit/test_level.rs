// SPDX-License-Identifier: GPL-2.0

//! What KUnit does at one level: making an entry by hand, and looking at all of one.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
use super::HugeLevel;
use super::{
    accessors::TableAccessors, entry::Kind, slot::Place, Level, Pfn, Pmd, Pte, Pud, SlotGuard,
    SpecialLevel,
};
use crate::{bindings, prelude::*};
use core::ptr::NonNull;

/// A level at which a test can make an entry.
pub trait Make: Level {
    /// Locks the entry for `addr`, allocating what is above it. Fails with [`EBUSY`] or [`ENOMEM`]
    /// below a leaf.
    ///
    /// # Safety
    ///
    /// `addr` lies in `vma`, not of hugetlb, whose mm the caller owns while `'t` lasts.
    unsafe fn lock<'t>(
        vma: *mut bindings::vm_area_struct,
        addr: usize,
    ) -> Result<SlotGuard<'t, Self>>;

    /// Returns what a fault finds for `addr`, and allocates what is above it.
    ///
    /// # Safety
    ///
    /// As for [`Make::lock()`].
    unsafe fn found(
        vma: *mut bindings::vm_area_struct,
        addr: usize,
    ) -> Result<NonNull<Self::Found>>;

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

    /// Changes protection bits, as `mprotect()` does.
    fn modify(raw: Self::Raw, prot: bindings::pgprot_t) -> Self::Raw;
}

macro_rules! look_at_level {
    ($level:ident, $young:ident, $modify:ident) => {
        impl Look for $level {
            fn young(raw: Self::Raw) -> bool {
                // SAFETY: The function looks at the bits of the value alone.
                unsafe { bindings::$young(raw) }
            }

            fn modify(raw: Self::Raw, prot: bindings::pgprot_t) -> Self::Raw {
                // SAFETY: The function works on the bits of the value alone.
                unsafe { bindings::$modify(raw, prot) }
            }
        }
    };
}

look_at_level!(Pte, test_pte_young, pte_modify);
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
look_at_level!(Pmd, test_pmd_young, pmd_modify);
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
look_at_level!(Pud, test_pud_young, pud_modify);

/// A level whose entry a test can find, as fork does.
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
pub trait Find: Make + HugeLevel {
    /// Returns the entry for `addr`, allocating what is above it.
    ///
    /// # Safety
    ///
    /// The caller owns `mm`.
    unsafe fn find(mm: *mut bindings::mm_struct, addr: usize) -> Result<NonNull<Self::Raw>>;
}

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
impl Find for Pmd {
    unsafe fn find(mm: *mut bindings::mm_struct, addr: usize) -> Result<NonNull<Self::Raw>> {
        // SAFETY: The caller owns the mm.
        unsafe { pmd_entry(mm, addr) }
    }
}

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
impl Find for Pud {
    unsafe fn find(mm: *mut bindings::mm_struct, addr: usize) -> Result<NonNull<Self::Raw>> {
        // SAFETY: The caller owns the mm.
        unsafe { pud_entry(mm, addr) }
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

/// Returns the entry of level PMD for `addr`, allocating what is above it. Fails with [`EBUSY`] below
/// a leaf, which `pmd_alloc()` takes for a table.
///
/// # Safety
///
/// The caller owns `mm`.
unsafe fn pmd_entry(mm: *mut bindings::mm_struct, addr: usize) -> Result<NonNull<bindings::pmd_t>> {
    // SAFETY: The caller owns `mm`.
    let pudp = unsafe { pud_entry(mm, addr) }?;
    // SAFETY: `pudp` points into a table of `mm`.
    if Kind::of::<Pud>(unsafe { Pud::get_lockless(pudp.as_ptr()) }) == Kind::Leaf {
        return Err(EBUSY);
    }
    // SAFETY: `pudp` points into a table of `mm`, and is empty or a table.
    NonNull::new(unsafe { bindings::pmd_alloc(mm, pudp.as_ptr(), addr) }).ok_or(ENOMEM)
}

/// Wraps an entry and the lock that C returned for it.
///
/// # Safety
///
/// As for [`Place::new()`] and [`SlotGuard::new()`].
unsafe fn guard<'t, L: Level>(
    entry: NonNull<L::Raw>,
    ptl: *mut bindings::spinlock_t,
    vma: *mut bindings::vm_area_struct,
    addr: usize,
) -> SlotGuard<'t, L> {
    // SAFETY: The caller owns the vma; the entry is that for the address, which lies in it.
    let place = unsafe { Place::new(entry.as_ptr(), vma, addr) };
    // SAFETY: The lock of the entry's table is held, and given away.
    unsafe { SlotGuard::new(place, ptl) }
}

macro_rules! make_at_level {
    ($level:ident, $found:ident, $set:ident, $clear:ident, |$vma:ident, $mm:ident, $addr:ident| $lock:block) => {
        impl Make for $level {
            unsafe fn lock<'t>(
                $vma: *mut bindings::vm_area_struct,
                $addr: usize,
            ) -> Result<SlotGuard<'t, Self>> {
                // SAFETY: The caller has a vma that is alive.
                let $mm = unsafe { (*$vma).vm_mm };
                $lock
            }

            unsafe fn found(
                vma: *mut bindings::vm_area_struct,
                addr: usize,
            ) -> Result<NonNull<Self::Found>> {
                // SAFETY: The vma is alive, and the caller owns its mm.
                unsafe { $found((*vma).vm_mm, addr) }
            }

            unsafe fn set(
                mm: *mut bindings::mm_struct,
                addr: usize,
                entry: *mut Self::Raw,
                pfn: Pfn,
                prot: bindings::pgprot_t,
            ) {
                // SAFETY: The caller has locked `entry`, which is empty.
                unsafe { bindings::$set(mm, addr, entry, pfn.as_raw(), prot) };
            }

            unsafe fn clear(mm: *mut bindings::mm_struct, addr: usize, entry: *mut Self::Raw) {
                // SAFETY: The caller has locked `entry`, which is no table.
                unsafe { bindings::$clear(mm, addr, entry) };
            }
        }
    };
}

make_at_level!(
    Pte,
    pmd_entry,
    set_pte_special,
    clear_pte_at,
    |vma, mm, addr| {
        // SAFETY: The caller owns `mm`.
        let pmdp = unsafe { pmd_entry(mm, addr) }?;
        let mut ptl = core::ptr::null_mut();
        // SAFETY: `pmdp` points into a table of `mm`; C checks what it is.
        let ptep = unsafe { bindings::pte_alloc_map_lock(mm, pmdp.as_ptr(), addr, &mut ptl) };
        // SAFETY: The table of `ptep` is mapped and locked wherever C returns one.
        Ok(unsafe { guard(NonNull::new(ptep).ok_or(ENOMEM)?, ptl, vma, addr) })
    }
);

make_at_level!(
    Pmd,
    pmd_entry,
    set_pmd_special,
    clear_pmd_at,
    |vma, mm, addr| {
        // SAFETY: The caller owns `mm`.
        let pmdp = unsafe { pmd_entry(mm, addr) }?;
        // SAFETY: `pmdp` points into a table of `mm`.
        let ptl = unsafe { bindings::pmd_lock(mm, pmdp.as_ptr()) };
        // SAFETY: The lock was just taken.
        Ok(unsafe { guard(pmdp, ptl, vma, addr) })
    }
);

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
make_at_level!(
    Pud,
    pud_entry,
    set_pud_special,
    clear_pud_at,
    |vma, mm, addr| {
        // SAFETY: The caller owns `mm`.
        let pudp = unsafe { pud_entry(mm, addr) }?;
        // SAFETY: `pudp` points into a table of `mm`.
        let ptl = unsafe { bindings::pud_lock(mm, pudp.as_ptr()) };
        // SAFETY: The lock was just taken.
        Ok(unsafe { guard(pudp, ptl, vma, addr) })
    }
);

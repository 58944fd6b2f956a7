// SPDX-License-Identifier: GPL-2.0

//! C's makers and modifiers of leaves, one name for all levels.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
use crate::mm::pgtable::Pud;
use crate::{
    bindings,
    mm::{
        pfnmap::{NotInserted, VmaPfnMap},
        pgtable::{
            accessors::{by_name, by_place, by_value},
            vma::by_vma,
            KeptVma, Level, Pmd, Pte, Slot, SlotGuard,
        },
    },
};
use macros::paste;

/// C's makers and modifiers of leaves with a special bit.
pub(in crate::mm) trait Modifiers: Level {
    /// A leaf that maps the frames from `pfn` on.
    fn leaf_of(pfn: usize, prot: bindings::pgprot_t) -> Self::Raw;

    /// Sets the special bit.
    fn mkspecial(raw: Self::Raw) -> Self::Raw;

    /// Whether the leaf maps the huge zero page.
    #[inline]
    fn huge_zero(_raw: Self::Raw) -> bool {
        false
    }

    /// Sets the accessed bit.
    fn mkyoung(raw: Self::Raw) -> Self::Raw;

    /// Clears the accessed bit.
    fn mkold(raw: Self::Raw) -> Self::Raw;

    /// Sets the dirty bit.
    fn mkdirty(raw: Self::Raw) -> Self::Raw;

    /// Whether the dirty bit is set.
    fn dirty(raw: Self::Raw) -> bool;

    /// Takes the right to write away.
    fn wrprotect(raw: Self::Raw) -> Self::Raw;

    /// Lets user space write if the vma does.
    fn maybe_mkwrite(raw: Self::Raw, vma: KeptVma<'_>) -> Self::Raw;

    /// Writes the entry at `ptr`.
    ///
    /// # Safety
    ///
    /// `ptr` is the entry for `addr`, in bytes, in `mm`, empty, and its lock is held.
    unsafe fn set_at(
        mm: *mut bindings::mm_struct,
        addr: usize,
        ptr: *mut Self::Raw,
        raw: Self::Raw,
    );

    /// Tells the architecture that an entry was made for a fault.
    ///
    /// # Safety
    ///
    /// `ptr` is the entry for `addr`, in bytes, in `vma`, and its lock is held.
    unsafe fn update_mmu_cache(
        vma: *mut bindings::vm_area_struct,
        addr: usize,
        ptr: *mut Self::Raw,
    );

    /// Adds accessed, dirty and write bits of `raw` to the entry.
    ///
    /// # Safety
    ///
    /// As for [`Modifiers::update_mmu_cache()`], and the entry is a leaf of which `raw` was
    /// made.
    unsafe fn set_access_flags(
        vma: *mut bindings::vm_area_struct,
        addr: usize,
        ptr: *mut Self::Raw,
        raw: Self::Raw,
    );

    /// Locks the entry of a fault, and allocates the table that it lacks.
    ///
    /// # Safety
    ///
    /// `found` was found for the block at `start`, in bytes, which lies in `vma`.
    unsafe fn lock_found<'v>(
        found: *mut Self::Found,
        vma: &'v VmaPfnMap,
        start: usize,
    ) -> Result<SlotGuard<'v, Self>, NotInserted>;
}

/// C's operations of a special level whose leaves fork copies and that are split.
pub(in crate::mm) trait HugeModifiers: Modifiers {
    /// The level of the entries that take the place of one.
    type Below: Level + Modifiers;

    /// The protection of these entries.
    fn pgprot_below(raw: Self::Raw) -> bindings::pgprot_t;

    /// Locks the table that the entry at `ptr` lies in, while another of its class is held.
    ///
    /// # Safety
    ///
    /// `ptr` points at an entry of this level in a table of `mm` that is not freed.
    unsafe fn lock_nested(
        mm: *mut bindings::mm_struct,
        ptr: *mut Self::Raw,
    ) -> *mut bindings::spinlock_t;

    /// Takes the right to write from the entry at `ptr`.
    ///
    /// # Safety
    ///
    /// `ptr` is the entry for `addr`, in bytes, in `mm`, a leaf, and its lock is held.
    unsafe fn set_wrprotect(mm: *mut bindings::mm_struct, addr: usize, ptr: *mut Self::Raw);

    /// Makes a page a table of entries of the level below, and sleeps if `gfp` lets it.
    ///
    /// # Safety
    ///
    /// `ptdesc` was just allocated, for a table of `mm`, which is one of user space.
    unsafe fn ctor_below(
        mm: *mut bindings::mm_struct,
        ptdesc: *mut bindings::ptdesc,
        gfp: u32,
    ) -> bool;

    /// Hides the leaf from hardware, for good and on all CPUs, and returns what it was.
    ///
    /// # Safety
    ///
    /// `ptr` is the entry for `addr`, in bytes, in `vma`, a leaf, and its lock is held.
    unsafe fn invalidate(
        vma: *mut bindings::vm_area_struct,
        addr: usize,
        ptr: *mut Self::Raw,
    ) -> Self::Raw;

    /// Puts a table into the entry at `ptr`.
    ///
    /// # Safety
    ///
    /// `ptr` is an entry of `mm` that hardware does not use, and its lock is held. `ptdesc` came
    /// from [`Self::ctor_below()`], is given away, and every CPU that sees the entry sees what is
    /// in it.
    unsafe fn populate(
        mm: *mut bindings::mm_struct,
        ptr: *mut Self::Raw,
        ptdesc: *mut bindings::ptdesc,
    );
}

macro_rules! modifiers {
    ($level:ident, $p:ident, $update:ident, |$pfn:ident, $prot:ident| $leaf_of:expr, $($own:item)*) => {
        paste! {
            impl KeptVma<'_> {
                // SAFETY: It reads the flags of the vma.
                by_vma! { unsafe extern {
                    fn [<maybe_ $p _mkwrite>](raw: bindings::[<$p _t>]) -> bindings::[<$p _t>] =
                        [<maybe_ $p _mkwrite>];
                } }
            }

            impl Modifiers for $level {
                #[inline]
                fn leaf_of($pfn: usize, $prot: bindings::pgprot_t) -> Self::Raw {
                    $leaf_of
                }

                $($own)*

                // SAFETY: They test or change bits of an entry that is not yet in a table.
                by_name! { unsafe extern $p {
                    mkspecial -> Self::Raw;
                    mkyoung -> Self::Raw;
                    mkold -> Self::Raw;
                    mkdirty -> Self::Raw;
                    dirty -> bool;
                    wrprotect -> Self::Raw;
                } }

                #[inline]
                fn maybe_mkwrite(raw: Self::Raw, vma: KeptVma<'_>) -> Self::Raw {
                    vma.[<maybe_ $p _mkwrite>](raw)
                }

                by_place! {
                    set_at(
                        mm: *mut bindings::mm_struct,
                        addr: usize,
                        ptr: *mut Self::Raw,
                        raw: Self::Raw
                    ) = [<set_ $p _at>];
                    update_mmu_cache(
                        vma: *mut bindings::vm_area_struct,
                        addr: usize,
                        ptr: *mut Self::Raw
                    ) = $update;
                }

                #[inline]
                unsafe fn set_access_flags(
                    vma: *mut bindings::vm_area_struct,
                    addr: usize,
                    ptr: *mut Self::Raw,
                    raw: Self::Raw,
                ) {
                    // SAFETY: `ptr` is the locked entry for `addr` in `vma`, and `raw` was made of it; the
                    // entry is written to.
                    unsafe { bindings::[<$p p_set_access_flags>](vma, addr, ptr, raw, 1) };
                }
            }
        }
    };
}

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
macro_rules! lock_found {
    () => {
        #[inline]
        unsafe fn lock_found<'v>(
            found: *mut Self::Found,
            vma: &'v VmaPfnMap,
            start: usize,
        ) -> Result<SlotGuard<'v, Self>, NotInserted> {
            // SAFETY: `found` is the entry for `start`, an address of the vma; the lock of the vma, which is
            // not of hugetlb, is held while `'v` lasts.
            Ok(unsafe { Slot::from_raw(found, vma.as_ptr(), start) }.lock())
        }
    };
}

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
macro_rules! huge_modifiers {
    ($level:ident, $p:ident, $below:ident, $q:ident, $event:ident) => {
        paste! {
            impl HugeModifiers for $level {
                type Below = crate::mm::pgtable::$below;

                // SAFETY: It takes bits of an entry.
                by_name! { unsafe extern $p { pgprot_below -> bindings::pgprot_t; } }

                #[inline]
                unsafe fn lock_nested(
                    mm: *mut bindings::mm_struct,
                    ptr: *mut Self::Raw,
                ) -> *mut bindings::spinlock_t {
                    // SAFETY: `ptr` points into a table of `mm`.
                    let ptl = unsafe { bindings::[<$p _lockptr>](mm, ptr) };
                    // SAFETY: It is the lock of that table.
                    unsafe { bindings::spin_lock_nested(ptl, bindings::SINGLE_DEPTH_NESTING as i32) };
                    ptl
                }

                #[inline]
                unsafe fn ctor_below(
                    mm: *mut bindings::mm_struct,
                    ptdesc: *mut bindings::ptdesc,
                    gfp: u32,
                ) -> bool {
                    // SAFETY: `ptdesc` was just allocated, for a table of `mm`.
                    unsafe { bindings::[<pagetable_ $q _ctor_gfp>](mm, ptdesc, gfp) }
                }

                by_place! {
                    set_wrprotect(
                        mm: *mut bindings::mm_struct,
                        addr: usize,
                        ptr: *mut Self::Raw
                    ) = [<$p p_set_wrprotect>];
                    invalidate(
                        vma: *mut bindings::vm_area_struct,
                        addr: usize,
                        ptr: *mut Self::Raw
                    ) -> Self::Raw = [<$p p_invalidate>];
                }

                #[inline]
                unsafe fn populate(
                    mm: *mut bindings::mm_struct,
                    ptr: *mut Self::Raw,
                    ptdesc: *mut bindings::ptdesc,
                ) {
                    // SAFETY: The lock of the entry, which hardware does not use, is held, and `ptdesc` is a
                    // table that others may see.
                    unsafe { bindings::[<$p _populate>](mm, ptr, ptdesc) };
                    // SAFETY: A mm with a table is alive.
                    unsafe { bindings::[<mm_inc_nr_ $q s>](mm) };
                    // SAFETY: May be called from everywhere.
                    unsafe { bindings::count_vm_event(bindings::[<vm_event_item_ $event>]) };
                }
            }
        }
    };
}

// SAFETY: They put a number and bits together.
by_value! { unsafe extern {
    fn pfn_pte(pfn: usize, prot: bindings::pgprot_t) -> bindings::pte_t = pfn_pte;
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    fn pfn_pmd(pfn: usize, prot: bindings::pgprot_t) -> bindings::pmd_t = pfn_pmd;
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    fn pmd_mkhuge(raw: bindings::pmd_t) -> bindings::pmd_t = pmd_mkhuge;
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    fn pfn_pud(pfn: usize, prot: bindings::pgprot_t) -> bindings::pud_t = pfn_pud;
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    fn pud_mkhuge(raw: bindings::pud_t) -> bindings::pud_t = pud_mkhuge;
} }

modifiers! {
    Pte,
    pte,
    update_mmu_cache,
    |pfn, prot| pfn_pte(pfn, prot),
    /// Equivalent to C's `pte_alloc_map_lock()`.
    #[inline]
    unsafe fn lock_found<'v>(
        pmd: *mut bindings::pmd_t,
        vma: &'v VmaPfnMap,
        start: usize,
    ) -> Result<SlotGuard<'v, Self>, NotInserted> {
        // SAFETY: `pmd` is an entry of the vma's mm, of which the lock of the vma keeps the table.
        if unsafe { bindings::pte_alloc(vma.mm().as_raw(), pmd) } {
            return Err(NotInserted::NoMemory);
        }
        // SAFETY: `pmd` is the entry for `start`, an address of the vma; the lock of the vma, which is not
        // of hugetlb, is held while `'v` lasts.
        let slot = unsafe { Slot::<Pmd>::from_raw(pmd, vma.as_ptr(), start) };
        slot.lock_pte().ok_or(NotInserted::Changed)
    }
}

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
modifiers! {
    Pmd,
    pmd,
    update_mmu_cache_pmd,
    |pfn, prot| pmd_mkhuge(pfn_pmd(pfn, prot)),
    // SAFETY: It compares the frame of an entry with a number.
    by_value! { unsafe extern { fn huge_zero(raw: Self::Raw) -> bool = is_huge_zero_pmd; } }

    lock_found! {}
}
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
huge_modifiers!(Pmd, pmd, Pte, pte, THP_SPLIT_PMD);

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
modifiers! {
    Pud,
    pud,
    update_mmu_cache_pud,
    |pfn, prot| pud_mkhuge(pfn_pud(pfn, prot)),
    lock_found! {}
}
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
huge_modifiers!(Pud, pud, Pmd, pmd, THP_SPLIT_PUD);

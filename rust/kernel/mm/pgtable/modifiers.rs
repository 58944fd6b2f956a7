// SPDX-License-Identifier: GPL-2.0

//! C's makers and modifiers of leaves, one name for all levels.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
use super::Pmd;
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
use super::Pud;
use super::{
    accessors::{by_name, Accessors},
    Pte,
};
use crate::bindings;
use macros::paste;

/// C's makers and modifiers of leaves with a special bit. Public only because [`SpecialLevel`]
/// stands on it.
///
/// [`SpecialLevel`]: super::SpecialLevel
#[doc(hidden)]
pub trait Modifiers: Accessors {
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

    /// Takes the right to write away.
    fn wrprotect(raw: Self::Raw) -> Self::Raw;

    /// Lets user space write if the vma does.
    ///
    /// # Safety
    ///
    /// `vma` points at a vma whose flags do not change meanwhile.
    unsafe fn maybe_mkwrite(raw: Self::Raw, vma: *mut bindings::vm_area_struct) -> Self::Raw;

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
}

/// C's operations of a special level whose entries fork copies.
#[doc(hidden)]
pub trait CopyModifiers: Modifiers {
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
}

macro_rules! modifiers {
    ($level:ident, $p:ident, $update:ident, |$pfn:ident, $prot:ident| $leaf_of:expr, $($own:item)*) => {
        paste! {
            impl Modifiers for $level {
                #[inline]
                fn leaf_of($pfn: usize, $prot: bindings::pgprot_t) -> Self::Raw {
                    // SAFETY: The functions compute a value.
                    unsafe { $leaf_of }
                }

                $($own)*

                by_name! { $p:
                    mkspecial -> Self::Raw;
                    mkyoung -> Self::Raw;
                    mkold -> Self::Raw;
                    mkdirty -> Self::Raw;
                    wrprotect -> Self::Raw;
                }

                #[inline]
                unsafe fn maybe_mkwrite(
                    raw: Self::Raw,
                    vma: *mut bindings::vm_area_struct,
                ) -> Self::Raw {
                    // SAFETY: The contract of this function.
                    unsafe { bindings::[<maybe_ $p _mkwrite>](raw, vma) }
                }

                #[inline]
                unsafe fn set_at(
                    mm: *mut bindings::mm_struct,
                    addr: usize,
                    ptr: *mut Self::Raw,
                    raw: Self::Raw,
                ) {
                    // SAFETY: The contract of this function.
                    unsafe { bindings::[<set_ $p _at>](mm, addr, ptr, raw) };
                }

                #[inline]
                unsafe fn update_mmu_cache(
                    vma: *mut bindings::vm_area_struct,
                    addr: usize,
                    ptr: *mut Self::Raw,
                ) {
                    // SAFETY: The contract of this function.
                    unsafe { bindings::$update(vma, addr, ptr) };
                }

                #[inline]
                unsafe fn set_access_flags(
                    vma: *mut bindings::vm_area_struct,
                    addr: usize,
                    ptr: *mut Self::Raw,
                    raw: Self::Raw,
                ) {
                    // SAFETY: The contract of this function; the entry is written to.
                    unsafe { bindings::[<$p p_set_access_flags>](vma, addr, ptr, raw, 1) };
                }
            }
        }
    };
}

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
macro_rules! copy_modifiers {
    ($level:ident, $p:ident) => {
        paste! {
            impl CopyModifiers for $level {
                #[inline]
                unsafe fn lock_nested(
                    mm: *mut bindings::mm_struct,
                    ptr: *mut Self::Raw,
                ) -> *mut bindings::spinlock_t {
                    // SAFETY: `ptr` points into a table of `mm` by the contract of this function.
                    let ptl = unsafe { bindings::[<$p _lockptr>](mm, ptr) };
                    // SAFETY: It is the lock of that table.
                    unsafe { bindings::spin_lock_nested(ptl, bindings::SINGLE_DEPTH_NESTING as i32) };
                    ptl
                }

                #[inline]
                unsafe fn set_wrprotect(
                    mm: *mut bindings::mm_struct,
                    addr: usize,
                    ptr: *mut Self::Raw,
                ) {
                    // SAFETY: The contract of this function.
                    unsafe { bindings::[<$p p_set_wrprotect>](mm, addr, ptr) };
                }
            }
        }
    };
}

modifiers!(Pte, pte, update_mmu_cache, |pfn, prot| bindings::pfn_pte(
    pfn, prot
),);

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
modifiers!(
    Pmd,
    pmd,
    update_mmu_cache_pmd,
    |pfn, prot| bindings::pmd_mkhuge(bindings::pfn_pmd(pfn, prot)),
    #[inline]
    fn huge_zero(raw: Self::Raw) -> bool {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::is_huge_zero_pmd(raw) }
    }
);
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
copy_modifiers!(Pmd, pmd);

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
modifiers!(Pud, pud, update_mmu_cache_pud, |pfn, prot| {
    bindings::pud_mkhuge(bindings::pfn_pud(pfn, prot))
},);
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
copy_modifiers!(Pud, pud);

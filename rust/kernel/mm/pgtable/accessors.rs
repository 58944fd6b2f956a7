// SPDX-License-Identifier: GPL-2.0

//! C's accessors of entries, one name for all levels.
//!
//! All that is known of the bits of an entry comes from the architecture through these.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{entry::Kind, Pmd, Pte, Pud};
use crate::bindings;
use macros::paste;

/// C's accessors of one level. Public only because [`Level`] stands on it: no raw entry of a page
/// table ever leaves this module tree, and what is said of other values is of no consequence.
#[doc(hidden)]
pub trait Accessors: Sized + 'static {
    /// `pte_t`, `pmd_t` or `pud_t`.
    type Raw: Copy;

    /// Reads the entry at `ptr`.
    ///
    /// # Safety
    ///
    /// `ptr` points at an entry of this level in a table that is not freed, and its lock is held.
    unsafe fn get(ptr: *mut Self::Raw) -> Self::Raw;

    /// Ends what mapping the table began, after its lock was released.
    ///
    /// # Safety
    ///
    /// `ptr` was mapped by this level's lock operation and is not used again.
    unsafe fn unmap(ptr: *mut Self::Raw);

    /// Returns `ptr` where C asks for a `pte_t` that is to be unmapped, null at other levels.
    fn as_mapped_pte(ptr: *mut Self::Raw) -> *mut bindings::pte_t;

    /// Whether the entry is empty.
    fn none(raw: Self::Raw) -> bool;

    /// Whether the entry is a leaf or a table.
    fn present(raw: Self::Raw) -> bool;

    /// Whether a present entry is a leaf.
    fn leaf(raw: Self::Raw) -> bool;

    /// Whether a leaf may be written.
    fn write(raw: Self::Raw) -> bool;

    /// Whether a leaf has the special bit: it maps no `struct page`.
    fn special(raw: Self::Raw) -> bool;

    /// The first frame of a leaf.
    fn pfn(raw: Self::Raw) -> usize;

    /// The protection and cache mode of a leaf.
    fn pgprot(raw: Self::Raw) -> bindings::pgprot_t;

    /// Sorts an entry into its kind.
    #[inline]
    fn kind(raw: Self::Raw) -> Kind {
        if !Self::present(raw) {
            if Self::none(raw) {
                Kind::None
            } else {
                Kind::NonPresent
            }
        } else if Self::leaf(raw) {
            Kind::Leaf
        } else {
            Kind::Table
        }
    }
}

/// C's accessors of a level that can be read and locked where it lies.
pub trait LocklessAccessors: Accessors {
    /// Reads the entry at `ptr`, which may change at any time.
    ///
    /// # Safety
    ///
    /// `ptr` points at an entry of this level in a table that is not freed.
    unsafe fn get_lockless(ptr: *mut Self::Raw) -> Self::Raw;

    /// Locks the table that the entry at `ptr` lies in and returns the lock.
    ///
    /// # Safety
    ///
    /// `ptr` points at an entry of this level in a table of `mm` that is not freed.
    unsafe fn lock(mm: *mut bindings::mm_struct, ptr: *mut Self::Raw) -> *mut bindings::spinlock_t;
}

/// C's functions of a value alone.
macro_rules! by_name {
    ($p:ident: $($name:ident -> $ret:ty;)*) => { paste! { $(
        #[inline]
        fn $name(raw: Self::Raw) -> $ret {
            // SAFETY: The function looks at the bits of the value alone.
            unsafe { bindings::[<$p _ $name>](raw) }
        }
    )* } };
}

pub(super) use by_name;

macro_rules! value_accessors {
    ($p:ident) => {
        by_name! { $p:
            none -> bool;
            present -> bool;
            write -> bool;
            special -> bool;
            pfn -> usize;
            pgprot -> bindings::pgprot_t;
        }
    };
}

macro_rules! table_level {
    ($level:ident, $p:ident) => {
        paste! {
            impl Accessors for $level {
                type Raw = bindings::[<$p _t>];

                #[inline]
                unsafe fn get(ptr: *mut Self::Raw) -> Self::Raw {
                    // SAFETY: `ptr` points at an entry by the contract of this function.
                    unsafe { bindings::[<$p p_get>](ptr) }
                }

                #[inline]
                unsafe fn unmap(_ptr: *mut Self::Raw) {}

                #[inline]
                fn as_mapped_pte(_ptr: *mut Self::Raw) -> *mut bindings::pte_t {
                    core::ptr::null_mut()
                }

                #[inline]
                fn leaf(raw: Self::Raw) -> bool {
                    // SAFETY: The function looks at the bits of the value alone.
                    unsafe { bindings::[<$p _leaf>](raw) }
                }

                value_accessors!($p);
            }

            impl LocklessAccessors for $level {
                #[inline]
                unsafe fn get_lockless(ptr: *mut Self::Raw) -> Self::Raw {
                    // SAFETY: `ptr` points at an entry by the contract of this function.
                    unsafe { bindings::[<$p p_get_lockless>](ptr) }
                }

                #[inline]
                unsafe fn lock(
                    mm: *mut bindings::mm_struct,
                    ptr: *mut Self::Raw,
                ) -> *mut bindings::spinlock_t {
                    // SAFETY: `ptr` points into a table of `mm` by the contract of this function.
                    unsafe { bindings::[<$p _lock>](mm, ptr) }
                }
            }
        }
    };
}

table_level!(Pmd, pmd);
table_level!(Pud, pud);

impl Accessors for Pte {
    type Raw = bindings::pte_t;

    #[inline]
    unsafe fn get(ptr: *mut Self::Raw) -> Self::Raw {
        // SAFETY: `ptr` points at an entry by the contract of this function.
        unsafe { bindings::ptep_get(ptr) }
    }

    #[inline]
    unsafe fn unmap(ptr: *mut Self::Raw) {
        // SAFETY: `ptr` was mapped by `pte_offset_map_lock()` by the contract of this function.
        unsafe { bindings::pte_unmap(ptr) }
    }

    #[inline]
    fn as_mapped_pte(ptr: *mut Self::Raw) -> *mut bindings::pte_t {
        ptr
    }

    #[inline]
    fn leaf(_raw: Self::Raw) -> bool {
        true
    }

    value_accessors!(pte);
}

// SPDX-License-Identifier: GPL-2.0

//! C's accessors of entries, one name for all levels.
//!
//! All that is known of the bits of an entry comes from the architecture through these.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{slot::TableSlot, Pmd, Pte, Pud, Slot, TableLevel};
use crate::bindings;
use macros::paste;

/// What C's types of a level are. Public only because unsafe constructors take pointers to them.
#[doc(hidden)]
pub trait Types: Sized + 'static {
    /// `pte_t`, `pmd_t` or `pud_t`.
    type Raw: Copy;

    /// What a fault finds: the entry, or for a page the one above.
    type Found;
}

/// C's accessors of one level.
pub(in crate::mm) trait Accessors: Types {
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
}

/// C's accessors of a level whose entries can point to a table.
pub(in crate::mm) trait TableAccessors: Accessors {
    /// Reads the entry at `ptr`, which may change at any time.
    ///
    /// # Safety
    ///
    /// `ptr` points at an entry of this level in a table that is not freed.
    unsafe fn get_lockless(ptr: *mut Self::Raw) -> Self::Raw;

    /// Goes down from an entry that is a table, as far as a table stays: to the PMD.
    fn down(slot: TableSlot<'_, Self>) -> Slot<'_, Pmd>
    where
        Self: TableLevel;

    /// Locks the table that the entry at `ptr` lies in and returns the lock.
    ///
    /// # Safety
    ///
    /// `ptr` points at an entry of this level in a table of `mm` that is not freed.
    unsafe fn lock(mm: *mut bindings::mm_struct, ptr: *mut Self::Raw) -> *mut bindings::spinlock_t;
}

/// An argument of [`by_value!`]: a number, a protection or the value of an entry, and never a pointer.
pub(in crate::mm) trait Value: Copy {
    /// Returns the same.
    #[inline(always)]
    fn value(self) -> Self {
        self
    }
}

impl Value for bool {}
impl Value for usize {}
impl Value for bindings::pgprot_t {}
impl Value for bindings::pte_t {}
impl Value for bindings::pmd_t {}
impl Value for bindings::pud_t {}

/// Safe functions for C's functions of numbers, protections and the values of entries.
///
/// # Safety
///
/// As in Rust's blocks of that name, `unsafe extern` vouches for what stands in it: a function of C
/// takes any value of its arguments, frees nothing, and reads no memory that one names, nor its
/// `struct page`.
macro_rules! by_value {
    (unsafe extern { $(
        $(#[$attr:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty = $c:ident;
    )* }) => { $(
        $(#[$attr])*
        #[inline]
        $vis fn $name($($arg: $ty),*) -> $ret {
            // SAFETY: By the contract of the macro, as no argument is a pointer.
            unsafe {
                $crate::bindings::$c($($crate::mm::pgtable::accessors::Value::value($arg)),*)
            }
        }
    )* };
}

/// Those of one entry that C names by its level.
///
/// # Safety
///
/// As for [`by_value!`].
macro_rules! by_name {
    (unsafe extern $p:ident { $($vis:vis $name:ident -> $ret:ty;)* }) => { ::macros::paste! {
        $crate::mm::pgtable::accessors::by_value! { unsafe extern {
            $($vis fn $name(raw: bindings::[<$p _t>]) -> $ret = [<$p _ $name>];)*
        } }
    } };
}

/// C's functions of an entry where it lies, or of a vma.
macro_rules! by_place {
    ($($name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)? = $c:ident;)*) => { $(
        #[inline]
        unsafe fn $name($($arg: $ty),*) $(-> $ret)? {
            // SAFETY: C requires of the entry, its lock, its mm and its vma what the `# Safety` section
            // of the function in the trait does.
            unsafe { bindings::$c($($arg),*) }
        }
    )* };
}

pub(in crate::mm) use by_value;
pub(super) use {by_name, by_place};

macro_rules! value_accessors {
    ($p:ident) => {
        // SAFETY: They test or take bits of an entry.
        by_name! { unsafe extern $p {
            none -> bool;
            present -> bool;
            write -> bool;
            special -> bool;
            pfn -> usize;
            pgprot -> bindings::pgprot_t;
        } }
    };
}

macro_rules! table_level {
    ($level:ident, $p:ident) => {
        paste! {
            impl Types for $level {
                type Raw = bindings::[<$p _t>];
                type Found = Self::Raw;
            }

            impl Accessors for $level {
                by_place! {
                    get(ptr: *mut Self::Raw) -> Self::Raw = [<$p p_get>];
                }

                #[inline]
                unsafe fn unmap(_ptr: *mut Self::Raw) {}

                #[inline]
                fn as_mapped_pte(_ptr: *mut Self::Raw) -> *mut bindings::pte_t {
                    core::ptr::null_mut()
                }

                // SAFETY: It tests bits of an entry.
                by_name! { unsafe extern $p { leaf -> bool; } }
                value_accessors!($p);
            }

            impl TableAccessors for $level {
                #[inline]
                fn down(slot: TableSlot<'_, Self>) -> Slot<'_, Pmd> {
                    slot.down()
                }

                by_place! {
                    get_lockless(ptr: *mut Self::Raw) -> Self::Raw = [<$p p_get_lockless>];
                    lock(
                        mm: *mut bindings::mm_struct,
                        ptr: *mut Self::Raw
                    ) -> *mut bindings::spinlock_t = [<$p _lock>];
                }
            }
        }
    };
}

table_level!(Pmd, pmd);
table_level!(Pud, pud);

impl Types for Pte {
    type Raw = bindings::pte_t;
    type Found = bindings::pmd_t;
}

impl Accessors for Pte {
    by_place! {
        get(ptr: *mut Self::Raw) -> Self::Raw = ptep_get;
        unmap(ptr: *mut Self::Raw) = pte_unmap;
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

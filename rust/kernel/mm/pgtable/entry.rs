// SPDX-License-Identifier: GPL-2.0

//! What a page-table entry says, read under its lock.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{
    addr::addr_mask, Level, MappedPfn, PfnBlock, Pmd, Pte, Pud, Slot, SlotGuard, TableLevel,
    UserAddr,
};
use crate::{bindings, mm::virt::VmaRef};
use core::{marker::PhantomData, ptr::NonNull};

/// The four things that an entry can be, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    None,
    /// Something that no hardware walks: swap, migration, a marker.
    NonPresent,
    /// A mapping.
    Leaf,
    /// A pointer to a table of the next lower level.
    Table,
}

/// What the entry under a lock says, for as long as the lock is held.
///
/// C twin: `*pmd` and the tests that have to come before its use.
///
/// # Invariants
///
/// Having one tells you that the entry is what the variant says until the guard that `'g` borrows
/// is dropped; hardware may set accessed and dirty bits meanwhile.
#[must_use = "an entry is read to be looked at"]
pub enum Entry<'g, L: Level> {
    /// Nothing is mapped and nothing is remembered.
    Vacant(Vacant<'g, L>),
    /// Not mapped, and not empty: swap, migration, a marker.
    NonPresent,
    /// A mapping.
    Leaf(Leaf<'g, L>),
    /// A table of the next lower level. Release the lock and go down from a [`Snapshot`]: with one
    /// lock for all tables of a mm, that of the lower table is this one.
    ///
    /// [`Snapshot`]: super::Snapshot
    Table,
}

/// An empty entry.
///
/// # Invariants
///
/// Having one tells you that the entry was empty when read under its lock, and that the lock is held
/// while `'g` lasts.
pub struct Vacant<'g, L: Level> {
    _guard: PhantomData<&'g L>,
}

impl<'g, L: Level> Vacant<'g, L> {
    /// The entry was found empty under `_guard`.
    #[inline]
    pub(super) fn new(_guard: &'g SlotGuard<'_, L>) -> Self {
        // INVARIANT: Every caller is in this module tree and has asked for the kind.
        Self {
            _guard: PhantomData,
        }
    }
}

/// A mapping.
///
/// # Invariants
///
/// Having one tells you that the entry for the address was a leaf when read under its lock, and
/// that the lock is held while `'g` lasts.
pub struct Leaf<'g, L: Level> {
    raw: L::Raw,
    addr: UserAddr,
    _guard: PhantomData<&'g ()>,
}

impl<'g, L: Level> Leaf<'g, L> {
    /// `raw` was read under `guard` and found to be a leaf.
    #[inline]
    pub(super) fn new(guard: &'g SlotGuard<'_, L>, raw: L::Raw) -> Self {
        // INVARIANT: Every caller is in this module tree and has asked for the kind.
        Self {
            raw,
            addr: guard.addr(),
            _guard: PhantomData,
        }
    }

    /// Returns the frame of the address that was walked. C twin: `pmd_pfn()` and an offset.
    #[inline]
    pub fn pfn(&self) -> MappedPfn<'g> {
        let block = PfnBlock::<L>::of_leaf(self.raw);
        // SAFETY: By the type invariant the lock under which the leaf was read is held during `'g`.
        unsafe { MappedPfn::new(block.frame_of(self.addr)) }
    }

    /// Returns the bits of an address that name the leaf, not a place in it, for C callers that
    /// mask by themselves. C twin: `PMD_MASK`.
    #[inline]
    pub fn addr_mask(&self) -> usize {
        addr_mask::<L>()
    }

    /// Returns protection and cache mode. C twin: `pmd_pgprot()`.
    #[inline]
    pub fn pgprot(&self) -> Pgprot<'g> {
        // SAFETY: By the type invariant the lock under which the leaf was read is held during `'g`.
        unsafe { Pgprot::new(L::pgprot(self.raw)) }
    }

    /// Whether user space may write. C twin: `pmd_write()`.
    #[inline]
    pub fn writable(&self) -> bool {
        L::write(self.raw)
    }

    /// Whether there is no `struct page` to be used behind the frames. C twin: `pmd_special()`.
    #[inline]
    pub fn special(&self) -> bool {
        L::special(self.raw)
    }
}

/// A table of the level below `L`, and the place in it that the walked address leads to.
///
/// # Invariants
///
/// Having one tells you that the entry in the slot was a table when read. While `'t` lasts a table
/// of PMDs stays; a table of PTEs may be taken away, so that locking it can fail.
pub struct Table<'t, L: TableLevel> {
    ptr: NonNull<L::Raw>,
    mm: NonNull<bindings::mm_struct>,
    addr: UserAddr,
    _tables: PhantomData<&'t VmaRef>,
}

impl<'t, L: TableLevel> Table<'t, L> {
    /// Takes note of a table that was found.
    ///
    /// # Safety
    ///
    /// The entry at `ptr` was a table when read, and lies in a table of `mm` that is not freed while
    /// `'t` lasts.
    #[inline]
    pub(super) unsafe fn new(
        ptr: NonNull<L::Raw>,
        mm: NonNull<bindings::mm_struct>,
        addr: UserAddr,
    ) -> Self {
        // INVARIANT: The contract of this function is the invariant.
        Self {
            ptr,
            mm,
            addr,
            _tables: PhantomData,
        }
    }
}

impl<'t> Table<'t, Pud> {
    /// Goes down to the PMD of the address. C twin: `pmd_offset()`.
    #[inline]
    pub fn pmd(self) -> Slot<'t, Pmd> {
        // SAFETY: By the type invariant the entry is a table and stays one.
        let ptr = unsafe { bindings::pmd_offset(self.ptr.as_ptr(), self.addr.as_raw()) };
        // SAFETY: An entry inside a table has an address.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // SAFETY: `ptr` lies in that table, which belongs to the same mm.
        unsafe { Slot::new(ptr, self.mm, self.addr) }
    }
}

impl<'t> Table<'t, Pmd> {
    /// Goes down to the PTE of the address and locks its table, or returns nothing if the table was
    /// taken away meanwhile: look at the PMD again. C twin: `pte_offset_map_lock()`.
    #[inline]
    pub fn lock_pte(self) -> Option<SlotGuard<'t, Pte>> {
        let mut ptl = core::ptr::null_mut();
        // SAFETY: The PMD lies in a table of `mm` that stays during `'t`; C looks at what the PMD is
        // by itself.
        let ptr = unsafe {
            bindings::pte_offset_map_lock(
                self.mm.as_ptr(),
                self.ptr.as_ptr(),
                self.addr.as_raw(),
                &mut ptl,
            )
        };
        let ptr = NonNull::new(ptr)?;
        // SAFETY: C sets the lock wherever it returns an entry.
        let ptl = unsafe { NonNull::new_unchecked(ptl) };
        // SAFETY: C has mapped the table of `ptr` and holds `ptl`, which is its lock; nobody takes
        // the table away without that.
        Some(unsafe { SlotGuard::new(ptr, ptl, self.addr) })
    }
}

/// Protection and cache mode of a mapping, in the architecture's bits. C twin: `pgprot_t`.
///
/// # Invariants
///
/// Having one tells you that a leaf has them while `'g` lasts, because `'g` borrows the guard that
/// holds its lock.
#[derive(Clone, Copy)]
pub struct Pgprot<'g>(bindings::pgprot_t, PhantomData<&'g ()>);

impl<'g> Pgprot<'g> {
    /// Takes the protection of a leaf.
    ///
    /// # Safety
    ///
    /// The lock under which `prot` was read is held while `'g` lasts.
    #[inline]
    pub(in crate::mm) unsafe fn new(prot: bindings::pgprot_t) -> Self {
        // INVARIANT: The contract of this function is the invariant.
        Self(prot, PhantomData)
    }

    /// Returns C's value: what it says may be over once the guard is gone.
    #[inline]
    pub fn into_raw(self) -> bindings::pgprot_t {
        self.0
    }

    /// Returns the bits. C twin: `pgprot_val()`.
    #[inline]
    pub fn bits(self) -> u64 {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pgprot_val(self.0) }
    }
}

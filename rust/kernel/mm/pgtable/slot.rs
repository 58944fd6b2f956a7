// SPDX-License-Identifier: GPL-2.0

//! Where an entry is, the way down to it, and what it was a moment ago.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{entry::Kind, KeptMm, KeptVma, Level, Pmd, Pte, Pud, SlotGuard, TableLevel, UserAddr};
use crate::{bindings, mm::virt::VmaRef};
use core::{marker::PhantomData, ptr::NonNull};
use macros::paste;

/// The place of an entry: what a [`Slot`] and a `LockedSlot` have in common.
///
/// # Invariants
///
/// `ptr` is the entry for `addr`, which lies in `vma`, in a table of `mm`, the mm of `vma`.
pub(in crate::mm) struct Place<'t, L: Level> {
    ptr: NonNull<L::Raw>,
    vma: KeptVma<'t>,
    mm: KeptMm<'t>,
    addr: UserAddr,
}

impl<L: Level> Clone for Place<'_, L> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: Level> Copy for Place<'_, L> {}

impl<'t, L: Level> Place<'t, L> {
    /// Wraps an entry that was found for `address`, in bytes.
    ///
    /// # Safety
    ///
    /// As for [`KeptVma::new()`]; `address` lies in `vma`, and `ptr` is the entry for it in a table of
    /// the mm of `vma`.
    #[inline]
    pub(super) unsafe fn new(
        ptr: *mut L::Raw,
        vma: *mut bindings::vm_area_struct,
        address: usize,
    ) -> Self {
        // SAFETY: While `'t` lasts the vma, which is not of hugetlb, is kept by one of the locks.
        let vma = unsafe { KeptVma::new(vma) };
        // INVARIANT: The entry was found for the address, which lies in the vma.
        Self {
            // SAFETY: An entry in a table has an address.
            ptr: unsafe { NonNull::new_unchecked(ptr) },
            vma,
            mm: vma.kept_mm(),
            addr: UserAddr::new(address),
        }
    }

    /// Returns the place of the entry `n` entries before this one.
    ///
    /// # Safety
    ///
    /// The table has `n` entries before this one, and their addresses lie in the vma.
    #[inline]
    pub(super) unsafe fn before(self, n: usize) -> Self {
        // SAFETY: The table has `n` entries before this one.
        let ptr = unsafe { self.ptr.sub(n) };
        // The addresses lie in the vma, so that nothing overflows.
        let addr = UserAddr::new(self.addr.as_raw().wrapping_sub(n.wrapping_mul(L::SIZE)));
        // INVARIANT: It is the entry for the address.
        Self { ptr, addr, ..self }
    }

    /// Goes on to the next entry of the table.
    ///
    /// # Safety
    ///
    /// The table has a next entry, whose address lies in the vma. Or else this is the end of the entries
    /// before it, and what it points at is neither read nor written.
    #[inline]
    pub(super) unsafe fn advance(&mut self) {
        // INVARIANT: It is the entry for the next address, or the end, which is not used as an entry.
        // SAFETY: The result is at most one past the last entry of the table.
        self.ptr = unsafe { self.ptr.add(1) };
        // The vma ends below the last address, so that nothing overflows.
        self.addr = UserAddr::new(self.addr.as_raw().wrapping_add(L::SIZE));
    }

    /// Returns the entry, to change it there.
    #[inline]
    pub(in crate::mm) fn as_ptr(&self) -> *mut L::Raw {
        self.ptr.as_ptr()
    }

    /// Returns the vma that the address lies in.
    #[inline]
    pub(in crate::mm) fn vma(&self) -> KeptVma<'t> {
        self.vma
    }

    /// Returns the mm that the table belongs to.
    #[inline]
    pub(in crate::mm) fn mm(&self) -> *mut bindings::mm_struct {
        self.mm.as_ptr()
    }

    /// As [`Self::mm()`], with the proof that the mm is alive.
    #[inline]
    pub(super) fn kept_mm(&self) -> KeptMm<'t> {
        self.mm
    }

    /// Returns the address that the entry was found for.
    #[inline]
    pub(in crate::mm) fn addr(&self) -> UserAddr {
        self.addr
    }

    /// Returns where the block that the entry maps starts, in bytes.
    #[inline]
    pub(in crate::mm) fn start(&self) -> usize {
        self.addr.block::<L>().as_raw()
    }
}

/// Where the entry of level `L` for an address is. Equivalent to C's `pmd_t *`, and the comment that
/// says which lock keeps its table.
///
/// # Invariants
///
/// While `'t` lasts the table of the entry is not freed.
pub struct Slot<'t, L: TableLevel>(Place<'t, L>);

// To look at the entry again after it may have changed. Not `Copy`: a snapshot takes the slot, and gives
// it back for what it has shown.
impl<L: TableLevel> Clone for Slot<'_, L> {
    #[inline]
    fn clone(&self) -> Self {
        // INVARIANT: The table is the same.
        Self(self.0)
    }
}

/// An entry above the PUDs, on the way down from the mm to an address.
///
/// # Invariants
///
/// `ptr` is the entry for `address` in a table that is not freed while `'t` lasts.
struct Upper<'t, Raw> {
    ptr: *mut Raw,
    address: usize,
    _table: PhantomData<KeptVma<'t>>,
}

/// The steps from a level above the PUDs to the next lower one.
macro_rules! steps {
    ($($p:ident -> $q:ident;)*) => { paste! { $(
        impl<'t> Upper<'t, bindings::[<$p _t>]> {
            /// Returns the entry for the address in the table of the next lower level, if there is one.
            #[inline]
            fn down(self) -> Option<Upper<'t, bindings::[<$q _t>]>> {
                // SAFETY: By the type invariant the table of the entry is not freed.
                if unsafe { bindings::[<$p _none_or_bad>](self.ptr) } {
                    return None;
                }
                // SAFETY: The entry is a table, which stays as long as the one that it lies in.
                let ptr = unsafe { bindings::[<$q _offset>](self.ptr, self.address) };
                // INVARIANT: It is the entry for the address in that table.
                Some(Upper {
                    ptr,
                    address: self.address,
                    _table: PhantomData,
                })
            }
        }
    )* } };
}

steps! {
    pgd -> p4d;
    p4d -> pud;
}

/// An entry that points to a table.
///
/// # Invariants
///
/// The entry was a table when it was read.
pub(in crate::mm) struct TableSlot<'t, L: TableLevel>(Slot<'t, L>);

impl<'t> TableSlot<'t, Pmd> {
    /// Returns the PMD itself: the table of PTEs that it points to may be freed until it is locked.
    #[inline]
    pub(super) fn down(self) -> Slot<'t, Pmd> {
        self.0
    }
}

impl<'t> TableSlot<'t, Pud> {
    /// Goes down to the PMD of the address. Equivalent to C's `pmd_offset()`.
    #[inline]
    pub(super) fn down(self) -> Slot<'t, Pmd> {
        let Place { ptr, vma, mm, addr } = self.0 .0;
        // SAFETY: The entry was a table, and a table of PMDs stays while its PUD's does.
        let ptr = unsafe { bindings::pmd_offset(ptr.as_ptr(), addr.as_raw()) };
        // SAFETY: An entry in a table has an address.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // INVARIANT: `ptr` is the PMD for the same address. What keeps the table of the PUD keeps that of
        // the PMD.
        Slot(Place { ptr, vma, mm, addr })
    }
}

/// What an entry was when it was read without its lock. It has no frame and no protection: another
/// thread may have changed the entry since.
///
/// Equivalent to C's `pmdp_get_lockless()`.
#[must_use = "a snapshot is taken to decide where to go"]
pub enum Snapshot<'t, L: TableLevel> {
    /// It was empty.
    Vacant(Slot<'t, L>),
    /// It was neither empty nor present.
    NonPresent(Slot<'t, L>),
    /// It was a leaf: [`SlotGuard::entry()`] tells whether it still is.
    Leaf(Slot<'t, L>),
    /// It was a table. Of a PUD this is the PMD in that table, which stays; of a PMD it is the PMD
    /// itself, whose table may be freed until it is locked ([`Slot::lock_pte()`]).
    Table(Slot<'t, Pmd>),
}

impl<'t> Slot<'t, Pud> {
    /// Finds the PUD for `address`, in bytes. Returns `None` if the address lies outside the vma, if
    /// there is no table of PUDs, or if the vma is of hugetlb, which shares and unshares tables of
    /// PMDs.
    ///
    /// Equivalent to C's `pgd_offset()`, `p4d_offset()` and `pud_offset()`, and the tests between
    /// them.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::{pgtable::{Slot, Snapshot}, virt::VmaRef};
    ///
    /// fn starts_with_huge_leaf(vma: &VmaRef) -> bool {
    ///     let slot = Slot::find(vma, vma.start());
    ///     matches!(slot.map(Slot::snapshot), Some(Snapshot::Leaf(_)))
    /// }
    /// ```
    #[inline]
    pub fn find(vma: &'t VmaRef, address: usize) -> Option<Self> {
        Self::inside(KeptVma::of(vma)?, address)
    }

    /// As [`Slot::find()`], of a vma that C has locked. Returns `None` if it maps no device memory.
    /// Equivalent to C's `vma->vm_flags & (VM_IO | VM_PFNMAP)`.
    ///
    /// # Safety
    ///
    /// `vma` points at a vma. While `'t` lasts the mmap lock or the vma lock is held, or the vma is
    /// in the tree of its file's mapping and the `i_mmap_rwsem` of that is held.
    #[inline]
    pub unsafe fn of_pfnmap(vma: *mut bindings::vm_area_struct, address: usize) -> Option<Self> {
        // SAFETY: One of the locks is held while `'t` lasts.
        let vma = unsafe { KeptVma::of_pfnmap(vma) };
        Self::inside(vma?, address)
    }

    /// Finds the PUD if `address` lies inside the vma.
    #[inline]
    fn inside(vma: KeptVma<'t>, address: usize) -> Option<Self> {
        if address < vma.start() || address >= vma.end() {
            return None;
        }
        let mm = vma.kept_mm();
        // INVARIANT: Every mm has a table of PGDs. Each of the locks keeps all tables above those of PTEs
        // for the addresses of the vma.
        let pgd = Upper {
            // SAFETY: A vma keeps its mm.
            ptr: unsafe { bindings::pgd_offset(mm.as_ptr(), address) },
            address,
            _table: PhantomData,
        };
        let pud = pgd.down()?.down()?;
        // INVARIANT: It is the entry for the address, which is inside the vma; the table stays.
        Some(Self(Place {
            // SAFETY: An entry in a table has an address.
            ptr: unsafe { NonNull::new_unchecked(pud.ptr) },
            vma,
            mm,
            addr: UserAddr::new(address),
        }))
    }
}

impl<'t, L: TableLevel> Slot<'t, L> {
    /// Returns what it has in common with a locked one.
    #[inline]
    pub(in crate::mm) fn place(&self) -> &Place<'t, L> {
        &self.0
    }

    /// Wraps the entry that C has found for `address`, in bytes. Equivalent to C's `vmf->pmd`.
    ///
    /// # Safety
    ///
    /// - `vma` points at a vma that is not of hugetlb and contains `address`; `ptr` points at the
    ///   entry for `address` in a table of its mm.
    /// - While `'t` lasts the mmap lock or the vma lock is held, or the vma is in the tree of its
    ///   file's mapping and the `i_mmap_rwsem` of that is held.
    #[inline]
    pub unsafe fn from_raw(
        ptr: *mut L::Raw,
        vma: *mut bindings::vm_area_struct,
        address: usize,
    ) -> Self {
        // INVARIANT: Each of the locks keeps the table.
        // SAFETY: `ptr` is the entry for the address in the vma, which is not of hugetlb; one of the locks
        // is held while `'t` lasts.
        Self(unsafe { Place::new(ptr, vma, address) })
    }

    /// Reads the entry without its lock. Equivalent to C's `pmdp_get_lockless()`.
    #[inline]
    pub fn snapshot(self) -> Snapshot<'t, L> {
        // SAFETY: By the type invariant the table is not freed.
        match Kind::of::<L>(unsafe { L::get_lockless(self.0.as_ptr()) }) {
            Kind::None => Snapshot::Vacant(self),
            Kind::NonPresent => Snapshot::NonPresent(self),
            Kind::Leaf => Snapshot::Leaf(self),
            // INVARIANT: It was a table when read just now.
            Kind::Table => Snapshot::Table(L::down(TableSlot(self))),
        }
    }

    /// Locks the table that the entry lies in. Equivalent to C's `pmd_lock()`.
    #[inline]
    pub fn lock(self) -> SlotGuard<'t, L> {
        // SAFETY: By the type invariants the entry lies in a table of the mm that is not freed.
        let ptl = unsafe { L::lock(self.0.mm(), self.0.as_ptr()) };
        // SAFETY: `ptl` is the lock of that table, taken just now.
        unsafe { SlotGuard::new(self.0, ptl) }
    }

    /// As [`Slot::lock()`], while the lock of another mm's table is held.
    #[inline]
    pub(super) fn lock_nested(self) -> SlotGuard<'t, L>
    where
        L: super::HugeLevel,
    {
        // SAFETY: By the type invariants the entry lies in a table of the mm that is not freed.
        let ptl = unsafe { L::lock_nested(self.0.mm(), self.0.as_ptr()) };
        // SAFETY: `ptl` is the lock of that table, taken just now.
        unsafe { SlotGuard::new(self.0, ptl) }
    }
}

impl<'t> Slot<'t, Pmd> {
    /// Goes down to the PTE of the address and locks its table. Returns `None` if the PMD is no
    /// table (any more): read it again. Equivalent to C's `pte_offset_map_lock()`.
    #[inline]
    pub fn lock_pte(self) -> Option<SlotGuard<'t, Pte>> {
        let (addr, mut ptl) = (self.0.addr().as_raw(), core::ptr::null_mut());
        // SAFETY: By the type invariants the PMD lies in a table of the mm that stays; C checks what
        // the PMD is.
        let ptr =
            unsafe { bindings::pte_offset_map_lock(self.0.mm(), self.0.as_ptr(), addr, &mut ptl) };
        let ptr = NonNull::new(ptr)?;
        let Place { vma, mm, addr, .. } = self.0;
        // INVARIANT: `ptr` is the PTE for the same address.
        let place = Place { ptr, vma, mm, addr };
        // SAFETY: C has mapped the table and taken `ptl`, its lock, which keeps it.
        Some(unsafe { SlotGuard::new(place, ptl) })
    }
}

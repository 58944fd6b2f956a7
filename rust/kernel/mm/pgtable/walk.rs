// SPDX-License-Identifier: GPL-2.0

//! The way from a vma and an address to the first entry that can be a leaf.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{Pud, Slot, UserAddr};
use crate::{
    bindings,
    mm::virt::{flags, VmaRef},
};
use core::{marker::PhantomData, ptr::NonNull};

/// An address inside a vma whose page tables can be walked. Equivalent to C's `mm` and `addr`, and
/// the comment that says which lock is held.
///
/// # Invariants
///
/// - While `'t` lasts the vma is alive, keeps its bounds, and is not of hugetlb, and the tables that
///   map it at PUD and PMD level are not freed.
/// - The address lies in the vma.
#[derive(Clone, Copy)]
pub struct Walk<'t> {
    vma: NonNull<bindings::vm_area_struct>,
    addr: UserAddr,
    _tables: PhantomData<&'t VmaRef>,
}

impl<'t> Walk<'t> {
    /// Starts at `address`, in bytes, or returns nothing if it lies outside the vma or the vma is
    /// one of hugetlb, which shares and unshares tables of PMDs by rules of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::{pgtable::{Snapshot, Walk}, virt::VmaRef};
    ///
    /// fn starts_with_huge_leaf(vma: &VmaRef) -> bool {
    ///     let slot = Walk::new(vma, vma.start()).and_then(Walk::pud);
    ///     matches!(slot.map(|slot| slot.snapshot()), Some(Snapshot::Leaf(_)))
    /// }
    /// ```
    #[inline]
    pub fn new(vma: &'t VmaRef, address: usize) -> Option<Self> {
        if vma.flags() & flags::HUGETLB != 0 {
            return None;
        }
        // SAFETY: By the type invariant of `VmaRef` the mmap or vma lock is held while `'t` lasts,
        // and PUD and PMD tables of a vma are freed under neither; it is not of hugetlb.
        unsafe { Self::inside(vma.as_ptr(), address) }
    }

    /// Starts at `address`, in bytes, or returns nothing if it lies outside the vma or the vma maps
    /// no device memory. Equivalent to C's `vma->vm_flags & (VM_IO | VM_PFNMAP)`.
    ///
    /// # Safety
    ///
    /// `vma` points at a vma. While `'t` lasts the mmap lock or the vma lock is held, or the vma is
    /// in the tree of its file's mapping and the `i_mmap_rwsem` of that is held.
    #[inline]
    pub unsafe fn of_pfnmap(vma: *mut bindings::vm_area_struct, address: usize) -> Option<Self> {
        // SAFETY: The vma is alive by the contract of this function, and the two flags do not change.
        let vm_flags = unsafe { (*vma).__bindgen_anon_2.vm_flags };
        if vm_flags & (flags::IO | flags::PFNMAP) == 0 {
            return None;
        }
        // SAFETY: The contract of this function; device memory is not of hugetlb.
        unsafe { Self::inside(vma, address) }
    }

    /// Starts at `address` if it lies inside the vma.
    ///
    /// # Safety
    ///
    /// As for [`Walk::of_pfnmap()`], and the vma is not of hugetlb.
    #[inline]
    unsafe fn inside(vma: *mut bindings::vm_area_struct, address: usize) -> Option<Self> {
        // SAFETY: The vma is alive and keeps its bounds by the contract of this function.
        let start = unsafe { (*vma).__bindgen_anon_1.__bindgen_anon_1.vm_start };
        // SAFETY: As above.
        let end = unsafe { (*vma).__bindgen_anon_1.__bindgen_anon_1.vm_end };
        if address < start || address >= end {
            return None;
        }
        // INVARIANT: The tables stay by the contract of this function; the address is inside.
        Some(Self {
            // SAFETY: A vma has an address.
            vma: unsafe { NonNull::new_unchecked(vma) },
            addr: UserAddr::new(address),
            _tables: PhantomData,
        })
    }

    /// Goes down to the PUD of the address, or returns nothing if there is no table of PUDs.
    ///
    /// Equivalent to C's `pgd_offset()`, `p4d_offset()` and `pud_offset()`, with what is tested
    /// between them.
    #[inline]
    pub fn pud(self) -> Option<Slot<'t, Pud>> {
        let addr = self.addr.as_raw();
        // SAFETY: By the type invariant the vma is alive, and it keeps its mm alive.
        let mm = unsafe { (*self.vma.as_ptr()).vm_mm };
        // SAFETY: A mm has an address.
        let mm = unsafe { NonNull::new_unchecked(mm) };
        // SAFETY: The mm is alive; every mm has a table of PGDs.
        let pgdp = unsafe { bindings::pgd_offset(mm.as_ptr(), addr) };
        // SAFETY: `pgdp` points into that table.
        if unsafe { bindings::pgd_none_or_bad(pgdp) } {
            return None;
        }
        // SAFETY: The entry is a table, which is not freed by the type invariant.
        let p4dp = unsafe { bindings::p4d_offset(pgdp, addr) };
        // SAFETY: `p4dp` points into that table.
        if unsafe { bindings::p4d_none_or_bad(p4dp) } {
            return None;
        }
        // SAFETY: The entry is a table, which is not freed by the type invariant.
        let pudp = unsafe { bindings::pud_offset(p4dp, addr) };
        // SAFETY: An entry inside a table has an address.
        let pudp = unsafe { NonNull::new_unchecked(pudp) };
        // SAFETY: `pudp` is the entry for an address in the vma; by the type invariant the table is
        // not freed.
        Some(unsafe { Slot::new(pudp, self.vma, mm, self.addr) })
    }
}

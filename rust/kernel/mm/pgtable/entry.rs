// SPDX-License-Identifier: GPL-2.0

//! What a page-table entry says, read under its lock.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{
    addr::addr_mask, HugeLevel, Level, LockedSlot, MappedPfn, PfnBlock, PfnProt, SpecialLeaf,
    SpecialLevel, VmaBlock,
};
use crate::bindings;
use core::marker::PhantomData;

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
/// Equivalent to C's `*pmd` and the tests that have to come before its use.
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
    NonPresent(NonPresent<'g, L>),
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
/// Having one tells you that the entry was empty when read under its lock, and that the lock is
/// held while `'g` lasts.
pub struct Vacant<'g, L: Level> {
    pub(super) guard: &'g LockedSlot<'g, L>,
}

impl<'g, L: Level> Vacant<'g, L> {
    /// The entry was found empty under `guard`.
    #[inline]
    pub(super) fn new(guard: &'g LockedSlot<'_, L>) -> Self {
        // INVARIANT: Every caller is in this module tree and has asked for the kind.
        Self { guard }
    }
}

impl<L: SpecialLevel> Vacant<'_, L> {
    /// Puts a leaf there, or nothing if the entry is not the one for `place`. Equivalent to C's
    /// `set_pmd_at()`.
    #[inline]
    pub fn install(self, leaf: SpecialLeaf<'_, L>, place: &VmaBlock<'_, L>) {
        let guard = self.guard;
        if guard.is_for(place) {
            self.set(leaf);
            guard.update_mmu_cache(place);
        }
    }

    /// Puts a leaf there, which the caller has found to belong there.
    #[inline]
    pub(super) fn set(self, leaf: SpecialLeaf<'_, L>) {
        let start = self.guard.addr().block::<L>().as_raw();
        // SAFETY: By the type invariants the lock of the entry is held, and it is empty.
        unsafe { L::set_at(self.guard.mm(), start, self.guard.as_ptr(), leaf.into_raw()) };
    }
}

/// Something that no hardware walks. What it is of a PTE, `softleaf()` tells.
///
/// # Invariants
///
/// Having one tells you that the entry was neither empty nor present when read under its lock, and
/// that the lock is held while `'g` lasts.
pub struct NonPresent<'g, L: Level> {
    pub(super) raw: L::Raw,
    pub(super) guard: &'g LockedSlot<'g, L>,
}

impl<'g, L: Level> NonPresent<'g, L> {
    /// `raw` was read under `guard` and found to be neither.
    #[inline]
    pub(super) fn new(guard: &'g LockedSlot<'_, L>, raw: L::Raw) -> Self {
        // INVARIANT: The one caller has asked for the kind.
        Self { raw, guard }
    }
}

/// A mapping.
///
/// # Invariants
///
/// Having one tells you that the entry for the address was a leaf when read under its lock, and
/// that the lock is held while `'g` lasts.
pub struct Leaf<'g, L: Level> {
    pub(super) raw: L::Raw,
    pub(super) guard: &'g LockedSlot<'g, L>,
}

impl<'g, L: Level> Leaf<'g, L> {
    /// `raw` was read under `guard` and found to be a leaf.
    #[inline]
    pub(super) fn new(guard: &'g LockedSlot<'_, L>, raw: L::Raw) -> Self {
        // INVARIANT: Every caller is in this module tree and has asked for the kind.
        Self { raw, guard }
    }

    /// Returns the frame of the address that was walked. Equivalent to C's `pmd_pfn()` and an
    /// offset.
    #[inline]
    pub fn pfn(&self) -> MappedPfn<'g> {
        let block = PfnBlock::<L>::of_leaf(self.raw);
        // SAFETY: By the type invariant the lock under which the leaf was read is held during `'g`.
        unsafe { MappedPfn::new(block.frame_of(self.guard.addr())) }
    }

    /// Returns the bits of an address that name the leaf, not a place in it, for C callers that
    /// mask by themselves. Equivalent to C's `PMD_MASK`.
    #[inline]
    pub fn addr_mask(&self) -> usize {
        addr_mask::<L>()
    }

    /// Returns protection and cache mode. Equivalent to C's `pmd_pgprot()`.
    #[inline]
    pub fn pgprot(&self) -> Pgprot<'g> {
        // SAFETY: By the type invariant the lock under which the leaf was read is held during `'g`.
        unsafe { Pgprot::new(L::pgprot(self.raw)) }
    }

    /// Whether user space may write. Equivalent to C's `pmd_write()`.
    #[inline]
    pub fn writable(&self) -> bool {
        L::write(self.raw)
    }

    /// Whether there is no `struct page` to be used behind the frames. Equivalent to C's
    /// `pmd_special()`.
    #[inline]
    pub fn special(&self) -> bool {
        L::special(self.raw)
    }
}

impl<'g, L: SpecialLevel> Leaf<'g, L> {
    /// Returns the leaf as one that owns no reference, or nothing if it may own one.
    #[inline]
    pub fn into_special(self) -> Option<Special<'g, L>> {
        // INVARIANT: It is a leaf, has the bit, and is not the page that has it and is counted.
        (self.special() && !L::huge_zero(self.raw)).then_some(Special(self))
    }
}

/// A special leaf in a table.
///
/// # Invariants
///
/// Having one tells you that the leaf has the special bit and owns no reference: it is not the huge
/// zero page, which has both.
pub struct Special<'g, L: SpecialLevel>(Leaf<'g, L>);

impl<'g, L: SpecialLevel> Special<'g, L> {
    /// Returns the value of the leaf as it is now, to be put elsewhere too.
    #[inline]
    pub fn copied(&self) -> SpecialLeaf<'g, L> {
        SpecialLeaf::found(self.0.raw)
    }

    /// Whether user space may write. Equivalent to C's `pmd_write()`.
    #[inline]
    pub fn writable(&self) -> bool {
        self.0.writable()
    }

    /// Returns the lock that is held.
    #[inline]
    pub(super) fn guard(&self) -> &'g LockedSlot<'g, L> {
        self.0.guard
    }

    /// Makes the leaf young, dirty and, if the vma allows it, writable. Returns false and changes
    /// nothing if it maps other frames than a leaf made of `prot`.
    ///
    /// Compares leaves, and not a leaf with frames: in an arm64 realm `vm_page_prot` has a bit of
    /// the address set (`pgprot_decrypted()`). Equivalent to C's `pmdp_set_access_flags()`.
    #[inline]
    pub fn mkwritten(self, place: &VmaBlock<'_, L>, prot: &PfnProt<L>) -> bool {
        let (leaf, wanted) = (self.copied(), SpecialLeaf::new(*prot));
        if !self.0.guard.is_for(place) || leaf.frames().first() != wanted.frames().first() {
            return false;
        }
        let (vma, start) = (place.vma(), place.addr().as_raw());
        let leaf = leaf.mkyoung().mkdirty().maybe_mkwrite(vma).into_raw();
        // SAFETY: By the type invariants the lock of the entry is held, and the leaf is its own; an
        // address of a mm lies in one vma.
        unsafe { L::set_access_flags(vma.as_ptr(), start, self.0.guard.as_ptr(), leaf) };
        self.0.guard.update_mmu_cache(place);
        true
    }
}

impl<L: HugeLevel> Special<'_, L> {
    /// Takes the right to write away. Equivalent to C's `pmdp_set_wrprotect()`.
    // Fork seldom comes here. Called and not inlined, it has every entry that is copied kept in memory:
    // ten instructions more.
    #[inline(always)]
    pub fn wrprotect(self) -> Self {
        let (mm, ptr) = (self.0.guard.mm(), self.0.guard.as_ptr());
        let start = self.0.guard.addr().block::<L>().as_raw();
        // SAFETY: By the type invariants the lock of the entry is held, and it is a leaf.
        unsafe { L::set_wrprotect(mm, start, ptr) };
        Self(Leaf {
            raw: L::wrprotect(self.0.raw),
            guard: self.0.guard,
        })
    }
}

/// Protection and cache mode of a mapping, in the architecture's bits. Equivalent to C's
/// `pgprot_t`.
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

    /// Returns the bits. Equivalent to C's `pgprot_val()`.
    #[inline]
    pub fn bits(self) -> u64 {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pgprot_val(self.0) }
    }
}

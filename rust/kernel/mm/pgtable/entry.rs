// SPDX-License-Identifier: GPL-2.0

//! What a page-table entry says, read under its lock.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{
    addr::addr_mask, HugeLevel, KeptVma, Level, LockedSlot, MappedPfn, PfnBlock, SpecialLevel,
};
use crate::{bindings, mm::pfnmap::is_cow_mapping};

/// What kind of entry it is, without its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    None,
    /// Something that hardware ignores: swap, migration, a marker.
    NonPresent,
    /// A mapping.
    Leaf,
    /// A pointer to a table of the next lower level.
    Table,
}

impl Kind {
    /// Says what an entry of level `L` is. Equivalent to C's `pmd_present()`, `pmd_none()` and
    /// `pmd_leaf()`.
    #[inline]
    pub(super) fn of<L: Level>(raw: L::Raw) -> Self {
        if !L::present(raw) {
            if L::none(raw) {
                Self::None
            } else {
                Self::NonPresent
            }
        } else if L::leaf(raw) {
            Self::Leaf
        } else {
            Self::Table
        }
    }
}

/// What the entry under a lock says, for as long as the lock is held.
///
/// Equivalent to C's `*pmd` and the tests that have to come before its use.
///
/// # Invariants
///
/// While `'g` lasts, which borrows the lock, the entry is what the variant says. Hardware may set
/// accessed and dirty bits.
#[must_use = "an entry is read to be looked at"]
pub enum Entry<'g, L: Level> {
    /// Nothing is mapped and nothing is remembered.
    Vacant,
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

impl<'g, L: Level> Entry<'g, L> {
    /// Reads the entry of `guard`. Equivalent to C's `pmdp_get()`.
    #[inline]
    pub(super) fn read(guard: &'g mut LockedSlot<'_, L>) -> Self {
        let guard = &*guard;
        let raw = guard.read();
        // INVARIANT: It is what was read under the lock, of the kind that was found; nothing else uses
        // the entry while `'g` lasts, because the slot was borrowed exclusively.
        match Kind::of::<L>(raw) {
            Kind::None => Self::Vacant,
            Kind::NonPresent => Self::NonPresent(NonPresent { raw, guard }),
            Kind::Leaf => Self::Leaf(Leaf { raw, guard }),
            Kind::Table => Self::Table,
        }
    }
}

/// An entry that hardware ignores. `softleaf()` returns what a PTE of this kind is.
///
/// # Invariants
///
/// `raw` is neither empty nor present, and is what the entry was when read under the lock of
/// `guard`. Nothing has changed the entry since.
pub struct NonPresent<'g, L: Level> {
    pub(super) raw: L::Raw,
    pub(super) guard: &'g LockedSlot<'g, L>,
}

/// A mapping.
///
/// # Invariants
///
/// `raw` is a leaf, and is what the entry was when read under the lock of `guard`. Nothing but
/// hardware has changed the entry since.
pub struct Leaf<'g, L: Level> {
    pub(super) raw: L::Raw,
    pub(super) guard: &'g LockedSlot<'g, L>,
}

impl<'g, L: Level> Leaf<'g, L> {
    /// Returns the frame of the address that was walked. Equivalent to C's `pmd_pfn()` and an
    /// offset.
    #[inline]
    pub fn pfn(&self) -> MappedPfn<'g> {
        let block = PfnBlock::of_leaf(self);
        // SAFETY: By the type invariant the lock under which the leaf was read is held during `'g`.
        unsafe { MappedPfn::new(block.frame_of(self.guard.addr())) }
    }

    /// Returns the mask that an address has to be ANDed with for the start of the leaf, for C callers
    /// that mask by themselves. Equivalent to C's `PMD_MASK`.
    #[inline]
    pub(super) fn addr_mask(&self) -> usize {
        addr_mask::<L>()
    }

    /// Returns protection and cache mode. Equivalent to C's `pmd_pgprot()`.
    #[inline]
    pub(super) fn pgprot(&self) -> bindings::pgprot_t {
        L::pgprot(self.raw)
    }

    /// Whether user space may write. Equivalent to C's `pmd_write()`.
    #[inline]
    pub fn writable(&self) -> bool {
        L::write(self.raw)
    }

    /// Whether the leaf has the special bit: no `struct page` of the frames may be used. Equivalent
    /// to C's `pmd_special()`.
    #[inline]
    pub(super) fn special(&self) -> bool {
        L::special(self.raw)
    }
}

impl<'g, L: SpecialLevel> Leaf<'g, L> {
    /// Returns the leaf as one that owns no reference, or `None` if it may own one.
    #[inline]
    pub fn into_special(self) -> Option<Special<'g, L>> {
        // INVARIANT: It is a leaf, has the bit, and is not the page that has it and is counted.
        (self.special() && !L::huge_zero(self.raw)).then_some(Special(self))
    }
}

/// A special leaf in a table.
///
/// Each method that changes the entry consumes the value, and with it the borrow of the guard: what
/// the entry is then has to be read again.
///
/// # Invariants
///
/// The leaf has the special bit and owns no reference: it is not the huge zero page, which has
/// both.
pub struct Special<'g, L: SpecialLevel>(Leaf<'g, L>);

impl<'g, L: SpecialLevel> Special<'g, L> {
    /// Whether user space may write. Equivalent to C's `pmd_write()`.
    #[inline]
    pub(super) fn writable(&self) -> bool {
        self.0.writable()
    }

    /// Returns what the entry was when it was read.
    #[inline]
    pub(in crate::mm) fn raw(&self) -> L::Raw {
        self.0.raw
    }

    /// Returns the locked entry.
    #[inline]
    pub(in crate::mm) fn guard(&self) -> &'g LockedSlot<'g, L> {
        self.0.guard
    }

    /// Makes the leaf young and dirty and, unless a write makes a copy, writable if the vma is.
    /// Equivalent to C's `pmdp_set_access_flags()`.
    // Not inlined, it would force every insert to keep its guard in memory: 20 instructions more.
    #[inline(always)]
    pub(in crate::mm) fn mkwritten(self) {
        let guard = self.guard();
        let leaf = L::mkdirty(L::mkyoung(self.raw()));
        let leaf = maybe_mkwrite::<L>(leaf, guard.vma());
        // SAFETY: By the type invariants the lock of the entry, which is for an address in the vma,
        // is held, and `leaf` was made of it.
        unsafe { L::set_access_flags(guard.vma().as_ptr(), guard.start(), guard.as_ptr(), leaf) };
        guard.update_mmu_cache();
    }
}

/// Lets user space write if the vma does, and if a write makes no copy. Equivalent to C's
/// `maybe_pmd_mkwrite()`, which leaves the second to its callers.
#[inline]
pub(in crate::mm) fn maybe_mkwrite<L: SpecialLevel>(raw: L::Raw, vma: KeptVma<'_>) -> L::Raw {
    if is_cow_mapping(vma.flags()) {
        return raw;
    }
    L::maybe_mkwrite(raw, vma)
}

impl<L: HugeLevel> Special<'_, L> {
    /// Takes the right to write away, and returns what the entry is now. Equivalent to C's
    /// `pmdp_set_wrprotect()`.
    // Not inlined, it would force fork to keep every entry that it copies in memory: ten instructions
    // more.
    #[inline(always)]
    pub(super) fn wrprotect(self) -> L::Raw {
        let guard = self.guard();
        // SAFETY: By the type invariants the lock of the entry is held, and it is a leaf.
        unsafe { L::set_wrprotect(guard.mm(), guard.start(), guard.as_ptr()) };
        L::wrprotect(self.raw())
    }
}

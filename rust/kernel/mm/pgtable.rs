// SPDX-License-Identifier: GPL-2.0

//! Page tables of user space, typed by level and by what is known of an entry.
//!
//! A page-table entry is a value with a history, and the type says how much of that history may be
//! relied on. What was read without a lock tells its kind and nothing more ([`Snapshot`]); what was
//! read under the lock borrows the lock ([`Entry`], [`LeafGuard`]), so that neither a frame nor a
//! protection outlives the moment in which it was true.
//!
//! ```text
//! Walk -> Slot<Pud> -> Snapshot<Pud> -> Table<Pud> -> Slot<Pmd> -> ... -> SlotGuard<Pte>
//!             |                                           |                   |
//!             +-> Locked<Pud>                             +-> Locked<Pmd>     +-> Locked<Pte>
//! ```
//!
//! # Locks
//!
//! - A [`Walk`] exists only while something keeps the tables under its vma from being freed: the
//!   mmap lock, the vma lock, or the `i_mmap_rwsem` of the mapping. Entries may change all the same:
//!   `unmap_mapping_range()` takes none of these exclusively.
//! - PUD and PMD tables stay as long as the [`Walk`] does, but for hugetlb, which shares them and
//!   has no [`Walk`]. A PTE table does not stay: khugepaged and page-table reclaim take it away under
//!   the PMD's lock and its own. So locking a PTE table may fail, and locking a PMD may not.
//! - The page-table lock of an entry is a spinlock: no sleeping while a guard lives. It nests inside
//!   all of the above. Two are taken by fork alone, the child's and then the parent's
//!   ([`ForkSlots::copy()`]); they are never the same, for they are of two mms.
//!
//! Walking is for code that is built in: `pte_offset_map_lock()` is not exported to modules.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

// Much of it serves device-exclusive entries alone.
#![cfg_attr(not(CONFIG_DEVICE_PRIVATE), allow(dead_code))]

mod accessors;
mod addr;
mod entry;
mod frames;
#[cfg(CONFIG_KUNIT = "y")]
mod kunit;
mod leaf;
mod level;
mod locked_slot;
#[cfg(CONFIG_DEVICE_PRIVATE)]
pub mod pages;
mod slot;
mod table;
mod walk;

pub use addr::{BlockAddr, MappedPfn, Pfn, PfnBlock, UserAddr};
pub(super) use entry::maybe_mkwrite;
pub use entry::{Entry, Leaf, NonPresent, Pgprot, Special};
pub use frames::{ForkSlots, NotInvalidated, SpareTable, TableGfp};
#[cfg(CONFIG_KUNIT = "y")]
#[doc(hidden)]
pub use kunit::test_mm;
pub use leaf::{unlock_raw, LeafGuard, Locked};
pub use level::{HugeLevel, Level, Pmd, Pte, Pud, SpecialLevel, TableLevel};
pub use locked_slot::LockedSlot;
pub use slot::{Slot, SlotGuard, Snapshot};
pub use table::Table;
pub use walk::Walk;

// SPDX-License-Identifier: GPL-2.0

//! Page tables of user space, typed by level and by what is known of an entry.
//!
//! ```text
//!        without a lock                              under the page-table lock
//!
//! Slot<Pud> --snapshot()--> Snapshot --Leaf(slot)--> lock() --> SlotGuard<Pud> --entry()--> Entry
//!                              |
//!                            Table
//!                              v
//! Slot<Pmd> --snapshot()--> Snapshot --Leaf(slot)--> lock() --> SlotGuard<Pmd> --entry()--> Entry
//!                              |
//!                            Table ---------------> lock_pte() -> SlotGuard<Pte> --entry()--> Entry
//! ```
//!
//! The type of an entry says what may be relied on. What was read without a lock has a kind and
//! nothing more ([`Snapshot`]). What was read under the lock borrows the lock ([`Entry`]): neither a
//! frame nor a protection outlives it.
//!
//! # Looking up
//!
//! ```
//! use kernel::mm::{
//!     pgtable::{Entry, Slot, Snapshot},
//!     virt::VmaRef,
//! };
//!
//! /// Whether user space can write to the page at `address`; `None` if no PTE maps it.
//! fn writable(vma: &VmaRef, address: usize) -> Option<bool> {
//!     let Snapshot::Table(pmd) = Slot::find(vma, address)?.snapshot() else {
//!         return None;
//!     };
//!     // khugepaged may free the table meanwhile: then there is nothing to lock.
//!     match pmd.lock_pte()?.entry() {
//!         Entry::Leaf(leaf) => Some(leaf.writable()),
//!         Entry::Vacant | Entry::NonPresent(_) | Entry::Table => None,
//!     }
//! }
//! ```
//!
//! # Inserting
//!
//! A leaf is made by the entry that it is for, from frames that a driver owns:
//!
//! ```
//! use kernel::mm::{
//!     pfnmap::{fault::Access, DeviceBlock, FaultEntry},
//!     pgtable::SpecialLevel,
//! };
//!
//! /// Maps `frames` where a read has faulted, and says whether it did.
//! fn insert<L: SpecialLevel>(entry: FaultEntry<'_, L>, frames: DeviceBlock<'_, L>) -> bool {
//!     // Fails if the block is not inside the vma, if L1TF forbids the frames, if one of them is
//!     // poisoned, if there is no memory for the table of a page, if the PMD became a leaf, or if a
//!     // write finds other frames mapped. Anything else that is mapped by now counts as done.
//!     entry.insert(frames, Access::Read).is_ok()
//! }
//! ```
//!
//! # Locks
//!
//! - A [`Slot`] exists only while something keeps the tables of its vma: the mmap lock, the vma
//!   lock, or the `i_mmap_rwsem` of the mapping. Entries may change all the same:
//!   `unmap_mapping_range()` takes none of these exclusively.
//! - Tables of PUDs and PMDs stay as long as the [`Slot`] does. hugetlb shares them, and so has no
//!   [`Slot`]. A table of PTEs may be freed by khugepaged and page-table reclaim, under the lock of
//!   the PMD and its own: locking it may fail, and locking a PMD cannot.
//! - The page-table lock of an entry is a spinlock, and nests inside all of the above: do not sleep
//!   while a guard lives. In Rust only fork takes two, the child's and then the parent's
//!   ([`ForkSlots::copy()`]); they are of two mms, and so never the same.
//!
//! Walking is for code that is built in: `pte_offset_map_lock()` is not exported to modules.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

// Much of it serves device-exclusive entries alone.
#![cfg_attr(not(CONFIG_DEVICE_PRIVATE), allow(dead_code))]

pub(super) mod accessors;
mod addr;
mod entry;
pub(super) mod events;
mod follow;
mod frames;
#[cfg(CONFIG_KUNIT = "y")]
mod kunit;
mod level;
mod locked_slot;
#[cfg(CONFIG_DEVICE_PRIVATE)]
pub mod pages;
mod slot;
mod vma;

pub(super) use addr::{BlockAddr, UserAddr};
pub use addr::{MappedPfn, Pfn, PfnBlock};
pub(super) use entry::maybe_mkwrite;
pub use entry::{Entry, Leaf, NonPresent, Special};
pub(super) use events::Event;
pub use follow::{unlock_raw, NotLeaf};
pub use frames::{ForkSlots, SpareTable};
#[cfg(CONFIG_KUNIT = "y")]
#[doc(hidden)]
pub use kunit::test_mm;
pub use level::{HugeLevel, Level, Pmd, Pte, Pud, SpecialLevel, TableLevel};
pub(super) use locked_slot::LockedSlot;
pub use locked_slot::SlotGuard;
pub use slot::{Slot, Snapshot};
pub(super) use vma::{KeptMm, KeptVma};

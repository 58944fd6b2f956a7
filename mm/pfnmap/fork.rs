// SPDX-License-Identifier: GPL-2.0

//! Copying an entry from a parent to its child.

use kernel::{
    mm::{
        pgtable::{Entry, HugeLevel, Slot, Special, SpecialLeaf},
        virt::VmaRef,
    },
    prelude::*,
};

/// Copies the special leaf of `parent`, if it has one now, to `child`, which is empty. C twins: the
/// branch of `copy_huge_pmd()` for special entries, and `copy_huge_pud()`.
///
/// `vma` is the parent's. Its mmap lock is held for writing, so that no fault adds an entry;
/// `unmap_mapping_range()` may take one away all the same, which is why nothing is read but under
/// both locks. It comes to the child's vma after the parent's, `i_mmap` having them in this order,
/// and clears there what was copied before it cleared the parent's.
///
/// A folio is not copied: a fault maps it again. Fails with [`EAGAIN`] where the parent has a table.
#[inline]
pub(crate) fn copy<'t, L: HugeLevel>(
    child: Slot<'t, L>,
    parent: Slot<'t, L>,
    vma: &VmaRef,
) -> Result {
    let (child, parent) = child.lock_with(parent).ok_or(EINVAL)?;
    let leaf = match parent.entry() {
        Entry::Leaf(leaf) => leaf,
        Entry::Vacant(_) => return Ok(()),
        Entry::NonPresent | Entry::Table => return Err(EAGAIN),
    };
    if let (Some(leaf), Entry::Vacant(vacant)) = (leaf.into_special(), child.entry()) {
        vacant.install(share(leaf, vma));
    }
    Ok(())
}

/// Returns what the child gets: old, for the child has not touched it. The dirty bit stays: nobody
/// writes frames back that have no folio, and without hardware that sets it clearing costs a fault.
#[inline]
fn share<L: HugeLevel>(leaf: Special<'_, L>, vma: &VmaRef) -> SpecialLeaf<L> {
    if vma.is_cow_mapping() && leaf.writable() {
        leaf.wrprotect().copied().mkold()
    } else {
        leaf.copied().mkold()
    }
}

// SPDX-License-Identifier: GPL-2.0

//! That fork copies one vma to the other is for C to say.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn fork<'f>(child: &'f VmaRef, parent: &'f VmaRef) -> Fork<'f> {
    // SAFETY: The caller is fork, and copies the parent's to the child's.
    unsafe { Fork::from_raw(child.as_ptr(), parent.as_ptr()) }
}

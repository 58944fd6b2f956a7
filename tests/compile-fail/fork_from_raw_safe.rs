// SPDX-License-Identifier: GPL-2.0

//! That fork copies one vma to the other is for C to say.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn fork<'f>(child: &'f VmaRef, parent: &'f VmaRef) -> Fork<'f> {
    Fork::from_raw(child.as_ptr(), parent.as_ptr()) //~ E0133
}

// SPDX-License-Identifier: GPL-2.0
// error: E0599

//! A leaf is made writable by what the vma allows, not by itself.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn write<'g>(leaf: SpecialLeaf<'g, Pmd>, _vma: &VmaRef) -> SpecialLeaf<'g, Pmd> {
    leaf.mkyoung().mkdirty().mkwrite()
}

// SPDX-License-Identifier: GPL-2.0

//! Levels of a page table, known at compile time.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

#![expect(
    private_bounds,
    reason = "only this layer reads and writes entries, and adds levels"
)]

use super::{
    accessors::{Accessors, TableAccessors},
    frames::{HugeModifiers, Modifiers},
};
use crate::{bindings, page::PAGE_SIZE};

/// A level whose entries can be leaves. Equivalent to C's `enum pgtable_level`.
///
/// Implemented by [`Pte`], [`Pmd`] and [`Pud`], and by nothing else.
pub trait Level: Accessors {
    /// The level by C's name, for counters and tracepoints.
    const LEVEL: bindings::pgtable_level;

    /// Bytes that one entry maps.
    const SIZE: usize;

    /// Pages that one entry maps.
    const PAGES: usize = Self::SIZE / PAGE_SIZE;

    /// The same as a power of two. Equivalent to C's `PMD_ORDER`.
    const ORDER: u32 = Self::PAGES.trailing_zeros();
}

/// A level whose entries can point to a table of the next lower level.
pub trait TableLevel: Level + TableAccessors {}

/// The level of `pte_t`: one page an entry.
pub enum Pte {}

/// The level of `pmd_t`: 2 MiB an entry with pages of 4 KiB, 32 MiB with 16 KiB, 512 MiB with
/// 64 KiB.
pub enum Pmd {}

/// The level of `pud_t`: 1 GiB an entry with pages of 4 KiB. With larger pages its entries are
/// tables alone: it is no [`SpecialLevel`], and there is no type for a new leaf of it.
pub enum Pud {}

impl Level for Pte {
    const LEVEL: bindings::pgtable_level = bindings::pgtable_level_PGTABLE_LEVEL_PTE;
    const SIZE: usize = PAGE_SIZE;
}

impl Level for Pmd {
    const LEVEL: bindings::pgtable_level = bindings::pgtable_level_PGTABLE_LEVEL_PMD;
    const SIZE: usize = 1 << bindings::PMD_SHIFT;
}

impl Level for Pud {
    const LEVEL: bindings::pgtable_level = bindings::pgtable_level_PGTABLE_LEVEL_PUD;
    const SIZE: usize = 1 << bindings::PUD_SHIFT;
}

impl TableLevel for Pmd {}
impl TableLevel for Pud {}

/// A level with a special bit that works in this configuration.
///
/// Equivalent to C's `CONFIG_ARCH_SUPPORTS_PMD_PFNMAP` and `CONFIG_ARCH_SUPPORTS_PUD_PFNMAP`. In C
/// the bit of any other level is silently dropped.
#[diagnostic::on_unimplemented(
    message = "an entry of `{Self}` has no special bit in this configuration",
    label = "CONFIG_ARCH_SUPPORTS_PMD_PFNMAP or CONFIG_ARCH_SUPPORTS_PUD_PFNMAP is off",
    note = "map by entries of a lower level"
)]
pub trait SpecialLevel: Level + Modifiers {}

/// A level above that of pages with a special bit that works: what `huge_fault` may map by.
pub trait HugeLevel: SpecialLevel + TableLevel + HugeModifiers<Below: SpecialLevel> {}

impl SpecialLevel for Pte {}
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
impl SpecialLevel for Pmd {}
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
impl SpecialLevel for Pud {}

impl<L> HugeLevel for L where L: SpecialLevel + TableLevel + HugeModifiers<Below: SpecialLevel> {}

// SPDX-License-Identifier: GPL-2.0

//! Leaves that map frame numbers: how they are made, copied at fork, and split.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

mod fork;
pub(super) mod modifiers;
mod split;

pub use fork::ForkSlots;
pub(super) use modifiers::{HugeModifiers, Modifiers};
pub use split::SpareTable;

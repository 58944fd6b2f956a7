// SPDX-License-Identifier: GPL-2.0

//! The slot of a PTE does not exist without the lock that keeps its table.

use kernel::mm::pgtable::*;

pub fn unlocked(_slot: Slot<'_, Pte>) {} //~ E0277

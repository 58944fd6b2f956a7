// SPDX-License-Identifier: GPL-2.0

//! What a PTE says that is not present, no other level says.

use kernel::mm::pgtable::{pages::*, *};

pub fn in_swap(entry: NonPresent<'_, Pmd>) -> bool {
    matches!(entry.softleaf(), SoftLeaf::Swap) //~ E0599
}

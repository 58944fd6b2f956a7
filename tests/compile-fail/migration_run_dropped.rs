// SPDX-License-Identifier: GPL-2.0
// error: unused_must_use

//! What was cleared to be moved is flushed and given a migration entry.

use kernel::mm::{folio::*, pgtable::*};

pub fn collect<'g>(leaf: NormalLeaf<'g>, folio: LockedFolio) {
    ClearedRun::new(leaf, folio);
}

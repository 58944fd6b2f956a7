// SPDX-License-Identifier: GPL-2.0

//! A page is moved by who has its folio locked.

use kernel::mm::{folio::*, pgtable::*};

pub fn collect<'g>(leaf: NormalLeaf<'g>, folio: FolioRef) -> ClearedRun<'g> {
    let mut run = ClearedRun::new();
    run.push(leaf, folio); //~ E0308
    run
}

// SPDX-License-Identifier: GPL-2.0

//! Who moves a page has its lock from the run that moves it.

use kernel::mm::{folio::*, pgtable::*};

pub fn collect<'g>(leaf: NormalLeaf<'g>, folio: LockedFolio) -> ClearedRun<'g> {
    let mut run = ClearedRun::new();
    run.push(leaf, folio);
    drop(folio); //~ E0382
    run
}

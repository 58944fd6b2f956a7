// SPDX-License-Identifier: GPL-2.0

//! An entry is cleared once.

use kernel::mm::{folio::*, pgtable::*};

pub fn collect<'g>(leaf: NormalLeaf<'g>, one: LockedFolio, two: LockedFolio) -> ClearedRun<'g> {
    let mut run = ClearedRun::new();
    run.push(leaf, one);
    run.push(leaf, two); //~ E0382
    run
}

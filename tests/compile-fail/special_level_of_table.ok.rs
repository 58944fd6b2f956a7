// SPDX-License-Identifier: GPL-2.0

//! Being a level of tables is not enough: where the architecture has no special PUDs, their bit is off.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn keep<'v, L: HugeLevel>(entry: FaultEntry<'v, L>) -> FaultEntry<'v, L> {
    entry
}

// SPDX-License-Identifier: GPL-2.0

//! An owner is the address of a static, which is not used again for another.

use kernel::mm::notifier::*;

static OWN: OwnerId = OwnerId::new();

pub fn owner() -> Owner {
    Owner::of(&OWN)
}

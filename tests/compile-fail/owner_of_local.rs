// SPDX-License-Identifier: GPL-2.0

//! An owner is the address of a static, which is not used again for another.

use kernel::mm::notifier::*;

pub fn owner() -> Owner {
    let own = OwnerId::new();
    Owner::of(&own) //~ E0597
}

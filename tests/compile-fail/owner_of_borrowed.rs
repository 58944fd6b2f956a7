// SPDX-License-Identifier: GPL-2.0

//! An owner is no address that may be freed and used again.

use kernel::mm::notifier::*;

pub fn owner(own: &OwnerId) -> Owner {
    Owner::of(own) //~ E0521
}

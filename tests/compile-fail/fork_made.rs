// SPDX-License-Identifier: GPL-2.0

//! The entry of one child is not put in the place of another's.

use kernel::mm::pgtable::pages::*;

pub fn share<'f>(fork: ForkPte<'f>, _other: ForkPte<'f>) -> bool {
    let mut fork = ForkPte {
        child: _other.child, //~ E0616
        ..fork
    };
    fork.share_private().is_some()
}

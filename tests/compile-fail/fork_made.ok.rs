// SPDX-License-Identifier: GPL-2.0

//! The entry of one child is not put in the place of another's.

use kernel::mm::pgtable::pages::*;

pub fn share<'f>(mut fork: ForkPte<'f>, _other: ForkPte<'f>) -> bool {
    fork.share_private().is_some()
}

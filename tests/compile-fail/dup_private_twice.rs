// SPDX-License-Identifier: GPL-2.0

//! A page in the memory of a device is shared with a child once.

use kernel::mm::pgtable::pages::*;

pub fn share(entry: ForkPrivate<'_>) {
    entry.share();
    entry.share(); //~ E0382
}

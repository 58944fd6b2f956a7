// SPDX-License-Identifier: GPL-2.0

//! While a child's entry is to be filled it is not given out again.

use kernel::mm::pgtable::pages::*;

pub fn share(mut fork: ForkPte<'_>) {
    let first = fork.private();
    first.map(ForkPrivate::share);
    let second = fork.private();
    second.map(ForkPrivate::share);
}

// SPDX-License-Identifier: GPL-2.0

//! That nobody else maps a page is what telling them leaves behind.

use kernel::mm::{notifier::*, pgtable::UserAddr};

pub fn unmapped<'r>(notified: &'r Invalidated<'_>, addr: UserAddr) -> Option<Unmapped<'r>> {
    notified.unmapped(addr)
}

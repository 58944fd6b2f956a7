// SPDX-License-Identifier: GPL-2.0

//! That nobody else maps a page is what telling them leaves behind.

use kernel::mm::{notifier::*, pgtable::UserAddr};

pub fn unmapped<'r>(_notified: &'r Invalidated<'_>, _addr: UserAddr) -> Option<Unmapped<'r>> {
    Some(Unmapped(Default::default())) //~ E0423
}

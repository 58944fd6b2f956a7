// SPDX-License-Identifier: GPL-2.0
// error: E0423

//! That nobody else maps a page is what telling them leaves behind.

use core::marker::PhantomData;
use kernel::mm::{notifier::*, pgtable::UserAddr};

pub fn unmapped<'r>(_notified: &'r Invalidated<'_>, _addr: UserAddr) -> Option<Unmapped<'r>> {
    let _: PhantomData<&()>;
    Some(Unmapped(PhantomData))
}

// SPDX-License-Identifier: GPL-2.0

//! Nobody has let go of anything before being told.

use kernel::mm::{notifier::*, pgtable::UserAddr};

pub fn is_unmapped(range: &mut InvalidateRange<'_>, addr: UserAddr) -> bool {
    range.unmapped(addr).is_some() //~ E0599
}

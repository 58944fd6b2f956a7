// SPDX-License-Identifier: GPL-2.0

//! The frames of a device do not become more than its driver has vouched for.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn last(bar: &mut DeviceFrames, page: usize) -> Option<DeviceBlock<'_, Pmd>> {
    bar.pages = page + Pmd::PAGES; //~ E0616
    bar.block(page)
}

// SPDX-License-Identifier: GPL-2.0

//! What secondary MMUs were told of does not become more.

use kernel::mm::notifier::*;

pub fn more<'r>(notified: &'r Invalidated<'_, All>, _end: usize) -> Unmapped<'r, All> {
    let mut _unmapped = notified.unmapped();
    _unmapped.end = _end; //~ E0616
    _unmapped
}

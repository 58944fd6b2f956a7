// SPDX-License-Identifier: GPL-2.0

//! Results are looked at when all are there, and not while they are set.

use kernel::{bindings, mm::device_exclusive::*, prelude::*};

pub fn first(room: &mut [*mut bindings::page]) -> Option<*mut bindings::page> {
    let mut pages = ExclusivePages::new(room);
    pages.fail_pending(EFAULT);
    drop(pages);
    room.first().copied()
}

// SPDX-License-Identifier: GPL-2.0

//! A range that was started stays where it is until it is ended.

use kernel::mm::notifier::*;

pub fn swap<'l>(one: &mut InvalidateRange<'l, All>, two: &mut InvalidateRange<'l, All>) {
    let started = one.start();
    core::mem::swap(one, two); //~ E0499
    drop(started);
}

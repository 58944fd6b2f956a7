// SPDX-License-Identifier: GPL-2.0

//! The folio whose lock was taken for a page stays with the page.

use kernel::mm::device_exclusive::*;

pub fn swap<'a>(one: &mut ExclusivePages<'a>, two: &mut ExclusivePages<'a>) {
    core::mem::swap(&mut one.last, &mut two.last); //~ E0616
}

// SPDX-License-Identifier: GPL-2.0

//! Nor does it become one of a shorter fault.

use kernel::mm::fault::*;

pub fn shorten<'f, 'outer: 'f>(done: Done<'outer>) -> Done<'f> {
    done //~ lifetime may not live long enough
}

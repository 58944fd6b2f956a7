// SPDX-License-Identifier: GPL-2.0

//! What one fault was answered with does not become an answer to a shorter one.

use kernel::mm::pfnmap::fault::*;

pub fn shorten<'f, 'outer: 'f>(done: Done<'outer>) -> Done<'f> {
    done //~ lifetime may not live long enough
}

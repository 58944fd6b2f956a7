// SPDX-License-Identifier: GPL-2.0

//! That an entry is device-exclusive is found out, not claimed.

use kernel::mm::pgtable::*;

pub fn is_anon(entry: NonPresent<'_, Pte>) -> bool {
    DeviceExclusive(entry).page().is_anon() //~ E0423
}

// SPDX-License-Identifier: GPL-2.0

//! Nobody pins the memory of a device, so that sharing it does not fail.

use kernel::mm::pgtable::*;

pub fn share<'g>(
    entry: DevicePrivate<'g>,
    fork: &Fork<'g>,
    child: Vacant<'_, Pte>,
) -> Result<(), MaybePinned> {
    entry.dup(child, fork)?; //~ E0277
    Ok(())
}

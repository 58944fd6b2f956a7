// SPDX-License-Identifier: GPL-2.0

//! The memory of a device is not pinned, so that sharing it does not fail.

use kernel::mm::pgtable::pages::*;

pub fn share(entry: ForkPrivate<'_>) -> Result<(), MaybePinned> {
    entry.share()?; //~ E0277
    Ok(())
}

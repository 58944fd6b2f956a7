// SPDX-License-Identifier: GPL-2.0

//! A page is given back before the mm of it is.

use kernel::{
    mm::{device_exclusive::*, notifier::Owner, MmWithUser},
    prelude::*,
    sync::aref::ARef,
};

pub fn take(mm: ARef<MmWithUser>, address: usize) -> Result {
    let page = ExclusivePage::make(&mm.mmap_read_lock(), address, Owner::NONE)?;
    drop(mm); //~ E0505
    drop(page);
    Ok(())
}

// SPDX-License-Identifier: GPL-2.0

//! A range ends before the mm of it does.

use kernel::{
    mm::{notifier::*, MmWithUser},
    sync::aref::ARef,
};

pub fn tell(mm: ARef<MmWithUser>) {
    let mut range = InvalidateRange::clear(&mm, 0..4096);
    let notified = range.start();
    drop(mm); //~ E0505
    drop(notified);
}

// SPDX-License-Identifier: GPL-2.0

//! A range ends before the mm of it does.

use kernel::{
    mm::{device_exclusive::CallerMmap, notifier::*, MmWithUser},
    sync::aref::ARef,
};

/// # Safety
///
/// The lock of `mm` is held.
pub unsafe fn tell(mm: ARef<MmWithUser>) {
    // SAFETY: The contract of this function.
    let mmap = unsafe { CallerMmap::new(&mm) };
    let Some(mut range) = InvalidateRange::exclusive(&mmap, 0..4096, Owner::NONE) else {
        return;
    };
    let notified = range.start();
    drop(mm); //~ E0505
    drop(notified);
}

// SPDX-License-Identifier: GPL-2.0

//! A vma of frames gets frames or operations, or every access is SIGBUS.

use kernel::{
    mm::{pfnmap::vm_ops::*, virt::VmaNew},
    prelude::*,
    sync::Arc,
};

pub fn mmap<T: VmOperations>(_card: Arc<T>, vma: &VmaNew) -> Result {
    vma.pfnmap()?.noncached(); //~ unused_must_use
    Ok(())
}

// SPDX-License-Identifier: GPL-2.0

//! The faults of a vma are served by one object, which its vmas count.

use kernel::{
    mm::{pfnmap::vm_ops::*, virt::VmaNew},
    prelude::*,
    sync::Arc,
};

pub fn mmap<T: VmOperations>(card: Arc<T>, _other: Arc<T>, vma: &VmaNew) -> Result {
    let new = vma.pfnmap()?;
    new.serve(card);
    Ok(())
}

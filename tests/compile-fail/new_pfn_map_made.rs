// SPDX-License-Identifier: GPL-2.0

//! That a vma is made one of frames, once, is found out by its flags, not claimed.

use kernel::{
    mm::{pfnmap::vm_ops::*, virt::VmaNew},
    prelude::*,
    sync::Arc,
};

pub fn mmap<T: VmOperations>(card: Arc<T>, vma: &VmaNew) -> Result {
    NewPfnMap(vma).serve(card); //~ E0423
    Ok(())
}

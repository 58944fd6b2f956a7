// SPDX-License-Identifier: GPL-2.0

//! A private mapping that may be written is refused: the driver passes that on.

use kernel::{
    mm::{pfnmap::vm_ops::*, virt::VmaNew},
    prelude::*,
    sync::Arc,
};

pub fn mmap<T: VmOperations>(_card: Arc<T>, vma: &VmaNew) -> Result {
    vma.pfnmap()?.serve(_card);
    Ok(())
}

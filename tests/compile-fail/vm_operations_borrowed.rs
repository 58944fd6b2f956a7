// SPDX-License-Identifier: GPL-2.0

//! Vmas live as long as they like: what serves their faults is counted.

use kernel::{
    mm::{virt::VmaNew, vm_ops::VmOperations},
    sync::Arc,
};

pub fn mmap<T: VmOperations>(card: Arc<T>, vma: &VmaNew) {
    vma.set_operations(&*card); //~ E0308
}

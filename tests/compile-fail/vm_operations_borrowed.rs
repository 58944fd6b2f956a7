// SPDX-License-Identifier: GPL-2.0

//! Vmas live as long as they like: what serves their faults is counted.

use kernel::{mm::pfnmap::vm_ops::*, sync::Arc};

pub fn mmap<T: VmOperations>(card: Arc<T>, new: NewPfnMap<'_>) {
    new.serve(&*card); //~ E0308
}

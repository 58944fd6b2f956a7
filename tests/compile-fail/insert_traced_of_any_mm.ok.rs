// SPDX-License-Identifier: GPL-2.0

//! An insert is traced in the mm of its fault: a BPF program that is attached reads that mm.

use kernel::mm::{pfnmap::fault::*, pgtable::*};

pub fn trace(fault: LiveFault<'_>) {
    fault.trace_insert::<Pmd>(Pfn::new(0), 0);
}

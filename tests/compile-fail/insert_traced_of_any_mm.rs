// SPDX-License-Identifier: GPL-2.0

//! An insert is traced in the mm of its fault: a BPF program that is attached reads that mm.

use kernel::{
    bindings,
    mm::{self, pgtable::*},
};

pub fn trace(_mm: *mut bindings::mm_struct) {
    mm::pgtable::events::pfnmap_insert(|| [(_mm, 0, Pmd::LEVEL, 0, 0)]); //~ E0603
}
//~^^ E0271

// SPDX-License-Identifier: GPL-2.0

//! C's side of `mprotect()`.

use crate::{
    leaves::{is_leaf, put, with_lock, Found},
    process::{Process, Vma},
};
use kernel::{
    bindings::*,
    error::Result,
    format::{Level, FORMAT},
    machine::{self, flush},
    virt::flags,
};
use std::ops::Range;

impl Process {
    /// Equivalent to C's `mprotect()`, for pages that may be read and, or not, written.
    pub fn mprotect(self, range: Range<usize>, write: bool) -> Result {
        self.mm().mmap_lock.write_lock();
        let result = self.cut(&range);
        if result.is_ok() {
            for vma in self.vmas(&range) {
                vma.start_write();
                let vm_flags = &mut vma.raw().__bindgen_anon_2.vm_flags;
                *vm_flags &= !flags::WRITE;
                *vm_flags |= if write { flags::WRITE } else { 0 };
                vma.set_page_prot();
                change_protection(vma);
            }
        }
        self.write_unlock();
        result
    }
}

/// Gives every leaf the protection of its vma. Equivalent to C's `change_protection()`.
fn change_protection(vma: Vma) {
    let (mm, range) = (vma.raw().vm_mm, vma.range());
    machine::invalidation_starts(mm, range.start, range.end);
    vma.for_each_leaf(&range, &mut |leaf| {
        let Found::Inside(level, ptr, addr) = leaf else {
            panic!("a leaf is across the end of a vma");
        };
        with_lock(ptr, || {
            if is_leaf(level, get_lockless(ptr)) {
                let raw = hide(vma, level, addr, ptr);
                let new = FORMAT.modify(level, raw, vma.raw().vm_page_prot.pgprot);
                put(level, mm, addr, ptr, new);
            }
        });
    });
    flush(mm, range.start, range.end);
    machine::invalidation_ends(mm, range.start, range.end);
}

/// Hides a leaf from hardware and returns what it was. Equivalent to C's `ptep_modify_prot_start()`,
/// `pmdp_invalidate()` and its like.
fn hide(vma: Vma, level: Level, addr: usize, ptr: *mut u64) -> u64 {
    // SAFETY: The lock is held, and the entry is that of the address.
    unsafe {
        match level {
            0 => ptep_get_and_clear(vma.raw().vm_mm, addr, ptr.cast()).pte,
            1 => pmdp_invalidate(vma.0, addr, ptr.cast()).pmd,
            _ => pudp_invalidate(vma.0, addr, ptr.cast()).pud,
        }
    }
}

// SPDX-License-Identifier: GPL-2.0

//! C's side of `fork()`.

use crate::{
    leaves::{is_leaf, is_table},
    process::{Process, Vma, LARGEST},
};
use kernel::{
    bindings::*,
    error::{code::*, to_result, Result},
    format::{Level, FORMAT},
    machine::{self, flush, peek, table_in},
    virt::flags,
};
use std::ops::Range;

impl Process {
    /// Makes a child that maps what the process maps. Equivalent to C's `dup_mmap()`.
    pub fn fork(self) -> Result<Self> {
        let child = Self::try_new(self.mm().levels).ok_or(ENOMEM)?;
        self.mm().mmap_lock.write_lock();
        child.mm().mmap_lock.write_lock();
        let vmas = self.mm().vmas.clone();
        let copied = vmas.iter().try_for_each(|vma| child.dup_vma(Vma(*vma)));
        child.write_unlock();
        flush(self.0, 0, usize::MAX);
        self.write_unlock();
        if let Err(error) = copied {
            child.exit();
            return Err(error);
        }
        Ok(child)
    }

    fn dup_vma(self, parent: Vma) -> Result {
        parent.start_write();
        let copy = parent.raw().clone();
        let child = Vma(Box::into_raw(Box::new(vm_area_struct {
            vm_mm: self.0,
            ..copy
        })));
        self.mm().vmas.push(child.0);
        // After the parent, so that an unmap comes to the child last.
        child.link();
        let cow = parent.flags() & (flags::SHARED | flags::MAYWRITE) == flags::MAYWRITE;
        let (mm, range) = (parent.raw().vm_mm, parent.range());
        if cow {
            machine::invalidation_starts(mm, range.start, range.end);
            write_protect_changes(mm);
        }
        let result = copy_page_range(child, parent);
        if cow {
            write_protect_changes(mm);
            machine::invalidation_ends(mm, range.start, range.end);
        }
        result
    }
}

/// Equivalent to C's `raw_write_seqcount_begin()` and `raw_write_seqcount_end()` of `write_protect_seq`.
fn write_protect_changes(mm: *mut mm_struct) {
    machine::step();
    // SAFETY: The mm is alive.
    let seq = unsafe { &(*mm).write_protect_seq };
    seq.set(seq.get() + 1);
    machine::note(|| format!("counts write_protect_seq {}", seq.get()));
}

/// Equivalent to C's `copy_page_range()`.
fn copy_page_range(child: Vma, parent: Vma) -> Result {
    let mm = parent.process().mm();
    copy_table(child, parent, mm.pgd, mm.levels - 1, parent.range())
}

fn copy_table(
    child: Vma,
    parent: Vma,
    table: *mut u64,
    level: Level,
    range: Range<usize>,
) -> Result {
    let size = FORMAT.size(level);
    let mut addr = range.start;
    while addr < range.end {
        let end = ((addr & !(size - 1)) + size).min(range.end);
        // SAFETY: A table has an entry of each index.
        let ptr = unsafe { table.add(FORMAT.index(level, addr)) };
        let raw = if level == 0 {
            peek(ptr)
        } else {
            get_lockless(ptr)
        };
        if raw != 0 {
            copy_entry(child, parent, ptr, level, addr..end)?;
        }
        addr = end;
    }
    Ok(())
}

fn copy_entry(child: Vma, parent: Vma, ptr: *mut u64, level: Level, range: Range<usize>) -> Result {
    let to = child
        .process()
        .alloc_down_to(level, range.start)
        .ok_or(ENOMEM)?;
    if level == 0 {
        return crate::anon::copy_pte(child, parent, to, ptr, range.start);
    }
    if level <= LARGEST && is_leaf(level, get_lockless(ptr)) {
        match copy_leaf(child, parent, level, (to, ptr), range.start) {
            Err(EAGAIN) => {}
            done => return done,
        }
    }
    let raw = get_lockless(ptr);
    if is_table(level, raw) {
        copy_table(child, parent, table_in(raw), level - 1, range)
    } else {
        Ok(())
    }
}

fn copy_leaf(
    child: Vma,
    parent: Vma,
    level: Level,
    (to, from): (*mut u64, *mut u64),
    addr: usize,
) -> Result {
    let (dst, src) = (child.raw().vm_mm, parent.raw().vm_mm);
    // SAFETY: Both entries are those of the address; fork holds both mmap locks for writing.
    to_result(unsafe {
        match level {
            1 => copy_special_pmd(dst, src, to.cast(), from.cast(), addr, parent.0),
            #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
            2 => copy_huge_pud(dst, src, to.cast(), from.cast(), addr, parent.0),
            _ => unreachable!("the format has no leaf of this level"),
        }
    })
}

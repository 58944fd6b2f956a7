// SPDX-License-Identifier: GPL-2.0

//! C's side of `mremap()`.

use crate::{
    leaves::{is_table, put, take, Found},
    process::{Process, Vma, LARGEST},
};
use kernel::{
    bindings::*,
    error::{code::*, Result},
    format::{Level, FORMAT},
    machine::{self, flush, table_of},
};
use std::ops::Range;

impl Process {
    /// Equivalent to C's `mremap()` to another place, where nothing is mapped.
    pub fn mremap(self, old: Range<usize>, new: usize) -> Result {
        self.mm().mmap_lock.write_lock();
        let result = self.cut(&old).and_then(|()| self.move_vma(old, new));
        self.write_unlock();
        result
    }

    fn move_vma(self, old: Range<usize>, new: usize) -> Result {
        for vma in self.vmas(&old) {
            vma.start_write();
            let range = vma.range();
            let to = range.start - old.start + new;
            let pgoff = vma.raw().vm_pgoff;
            self.add_vma(vma.raw().mapping, to..to + range.len(), pgoff, vma.flags());
            // C moves back; here what was not moved is taken away, and faults back.
            let moved = move_page_tables(vma, range, to);
            self.remove(vma);
            moved?;
        }
        Ok(())
    }
}

/// Moves the leaves of a vma to another place. Equivalent to C's `move_page_tables()`.
fn move_page_tables(vma: Vma, old: Range<usize>, new: usize) -> Result {
    let (mm, process) = (vma.raw().vm_mm, vma.process());
    // Leaves move as they are only where both places are aligned.
    for level in (1..=LARGEST).rev() {
        if (old.start ^ new) & (FORMAT.size(level) - 1) != 0 {
            machine::invalidation_starts(mm, old.start, old.end);
            let mut found = Vec::new();
            vma.for_each_leaf(&old, &mut |leaf| match leaf {
                Found::Inside(at, ptr, addr) if at == level => found.push((ptr, addr)),
                _ => {}
            });
            for (ptr, addr) in found {
                vma.split_or_drop(level, ptr, addr);
            }
            machine::invalidation_ends(mm, old.start, old.end);
        }
    }
    machine::invalidation_starts(mm, old.start, old.end);
    let mut result = Ok(());
    let mut left = vec![old.clone()];
    while let Some(range) = left.pop() {
        vma.for_each_leaf(&range, &mut |leaf| {
            let Found::Inside(level, ptr, addr) = leaf else {
                panic!("a leaf is across the end of a vma");
            };
            let to = addr - old.start + new;
            match process.alloc_down_to(level, to) {
                None => result = Err(ENOMEM),
                Some(to_ptr) if move_leaf(vma, level, (ptr, addr), (to_ptr, to)) => {}
                // It goes on one level down.
                Some(_) => left.push(addr..addr + FORMAT.size(level)),
            }
        });
    }
    machine::invalidation_ends(mm, old.start, old.end);
    result
}

/// Moves a leaf, and flushes before others see it in its new place. Returns false if it is a table now.
///
/// The vma of the new place is new: an unmap comes to it after the old one. It looks for PTEs below their
/// lock, and so finds one in its old place or in its new one. For larger leaves it looks without a lock first:
/// it has to wait for the `i_mmap_rwsem`.
fn move_leaf(vma: Vma, level: Level, old: (*mut u64, usize), new: (*mut u64, usize)) -> bool {
    let mm = vma.raw().vm_mm;
    let i_mmap = vma.bar().map(|bar| &bar.mapping().i_mmap_rwsem);
    let i_mmap = i_mmap.filter(|_| level > 0);
    i_mmap.inspect(|i_mmap| i_mmap.write_lock());
    table_of(old.0).ptl().lock();
    let nested = !std::ptr::eq(table_of(old.0).ptl(), table_of(new.0).ptl());
    if nested {
        table_of(new.0).ptl().lock();
    }
    let became_table = is_table(level, get_lockless(old.0)) && level > 0;
    if !became_table {
        let raw = take(level, mm, old.1, old.0);
        flush(mm, old.1, old.1 + FORMAT.size(level));
        if raw != 0 {
            put(level, mm, new.1, new.0, raw);
        }
    }
    if nested {
        table_of(new.0).ptl().unlock();
    }
    table_of(old.0).ptl().unlock();
    i_mmap.inspect(|i_mmap| i_mmap.write_unlock());
    !became_table
}

// SPDX-License-Identifier: GPL-2.0

//! What a test does to one entry.

use crate::{
    leaves::{clear_leaf, put, split_pud, with_lock},
    process::{Fault, Process},
};
use kernel::{
    bindings::*,
    error::{to_result, Error, Result},
    ffi::c_int,
    format::{Level, FORMAT},
    machine::{self, flush},
    mm::{notifier::Unmapped, pgtable::pages::ForkPte},
};
use std::{ops::Range, ptr::null_mut};

impl Process {
    /// Puts a leaf into the tables by hand.
    pub fn put_leaf(self, level: Level, addr: usize, raw: u64) {
        let ptr = self.alloc_down_to(level, addr).expect("memory");
        with_lock(ptr, || put(level, self.0, addr, ptr, raw));
    }

    /// Takes one away.
    pub fn take_leaf(self, level: Level, addr: usize) {
        let ptr = self.alloc_down_to(level, addr).expect("memory");
        clear_leaf(level, self.0, addr, ptr);
        flush(self.0, addr, addr + FORMAT.size(level));
    }

    /// Splits the leaf at `addr`, as a zap does, and says whether none is left.
    pub fn split(self, level: Level, addr: usize) -> bool {
        let (ptr, end) = (self.alloc_down_to(level, addr), addr + FORMAT.size(level));
        let (ptr, vma) = (ptr.expect("memory"), self.vma(addr).expect("a vma"));
        machine::invalidation_starts(self.0, addr, end);
        // SAFETY: The entry is that of the address; one thread runs.
        let done = unsafe {
            match level {
                1 => __split_special_pmd(vma.0, ptr.cast(), addr),
                _ => split_pud(vma.0, ptr.cast(), addr),
            }
        };
        machine::invalidation_ends(self.0, addr, end);
        done
    }

    /// Makes `addr` a border between entries, and leaves the vma whole.
    pub fn split_at(self, addr: usize) -> Result {
        let vma = self.vma(addr).expect("a vma");
        self.mm().mmap_lock.write_lock();
        // SAFETY: The mmap lock is held for writing.
        let told = to_result(unsafe { __split_special_address(vma.0, addr) });
        self.write_unlock();
        told
    }

    /// Has a driver map `pfn` at `address` by a block of `level`.
    pub fn insert(self, level: Level, address: usize, pfn: usize, write: bool) -> vm_fault_t {
        let vma = self.vma(address).expect("a vma");
        let ptr = self.alloc_down_to(level.max(1), address).expect("memory");
        vma.insert(level, ptr, address, (pfn, write))
    }

    /// Has a driver serve a fault of `level` by `f`.
    pub fn have_served<R>(
        self,
        level: Level,
        address: usize,
        write: bool,
        f: impl FnOnce(*mut vm_fault) -> R,
    ) -> R {
        let vma = self.vma(address).expect("a vma");
        let ptr = self.alloc_down_to(level.max(1), address).expect("memory");
        vma.with_fault(level, ptr, (address, write), f)
    }

    /// Maps memory of which `vm_flags` say what may be done.
    pub fn map_memory(self, range: Range<usize>, vm_flags: vm_flags_t) {
        self.add_vma(null_mut(), range, 0, vm_flags);
    }

    /// Has a fault served, once.
    pub fn fault_once(self, addr: usize, write: bool) -> Result<(), Fault> {
        self.fault(addr, write)
    }

    /// Copies the entry of a page that a device has, of a kind, to a child, as `fork()` does. Returns
    /// what C is told, and whether it is counted.
    pub fn copy_softleaf(self, child: Self, addr: usize, exclusive: bool) -> (c_int, bool) {
        let (to, from) = (child.pte(addr), self.pte(addr));
        let (dst, src) = (
            child.vma(addr).expect("a vma"),
            self.vma(addr).expect("a vma"),
        );
        let mut rss: [c_int; 4] = [0; 4];
        let told = with_lock(to, || {
            with_lock(from, || {
                let (to, from, rss) = (to.cast(), from.cast(), rss.as_mut_ptr());
                // SAFETY: Both locks are held, and one thread runs.
                unsafe {
                    if exclusive {
                        return copy_exclusive_pte(dst.0, src.0, to, from, addr, rss);
                    }
                    copy_private_pte(dst.0, src.0, to, from, addr, rss);
                    0
                }
            })
        });
        (told, rss[0] == 1)
    }

    /// As [`Self::copy_softleaf()`], of a page that a device has, while an invalidation of the next page
    /// alone was started. Returns why it fails.
    pub fn share_uncovered(self, child: Self, addr: usize) -> Option<Error> {
        let [to_vma, from_vma] = [child, self].map(|of| of.vma(addr).expect("a vma").0);
        let next = addr + FORMAT.size(0)..addr + 2 * FORMAT.size(0);
        child.with_pte(addr, |to| {
            self.with_pte(addr, |from| {
                // SAFETY: Both locks are held, and one thread runs.
                let mut fork = unsafe { ForkPte::from_raw((to_vma, to), (from_vma, from), addr) };
                // SAFETY: There is no secondary MMU.
                let unmapped = unsafe { Unmapped::by_caller(self.0, next) };
                fork.share_exclusive(unmapped).err()
            })
        })
    }

    /// Calls `f` with the lock of the PTE of `addr`, and the PTE.
    pub fn with_pte<R>(self, addr: usize, f: impl FnOnce(*mut pte_t) -> R) -> R {
        let ptr = self.pte(addr);
        with_lock(ptr, || f(ptr.cast()))
    }
}

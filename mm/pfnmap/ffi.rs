// SPDX-License-Identifier: GPL-2.0

//! What C calls: raw pointers in, a typed call, C's values out.

use crate::follow::{follow, Sink};
use kernel::{
    bindings,
    ffi::c_int,
    mm::pgtable::{unlock_raw, unmap_raw, LeafGuard, Level, Walk},
    prelude::*,
};

/// Looks up and locks the mapping of `args->address`, as `include/linux/mm.h` promises.
///
/// # Safety
///
/// `args` is valid for reading and writing; `args->vma` points at a vma, and until the matching
/// `follow_pfnmap_end()` its mmap lock or the `i_mmap_rwsem` of its file's mapping is held.
#[export]
pub(crate) unsafe extern "C" fn follow_pfnmap_start(
    args: *mut bindings::follow_pfnmap_args,
) -> c_int {
    // SAFETY: `args` is valid by the contract of this function, and nobody else has it.
    let args = unsafe { &mut *args };
    // SAFETY: `args->vma` points at a vma by the contract of this function.
    unsafe { bindings::pfnmap_lockdep_assert(args.vma) };
    // SAFETY: One of the two locks is held by the contract of this function.
    let Some(walk) = (unsafe { Walk::of_pfnmap(args.vma, args.address) }) else {
        return EINVAL.to_errno();
    };
    match follow(walk, &mut Args(args)) {
        Ok(()) => 0,
        Err(err) => err.to_errno(),
    }
}

/// C's inputs and outputs of a lookup.
struct Args<'a>(&'a mut bindings::follow_pfnmap_args);

impl Sink for Args<'_> {
    /// Hands the outputs and the held lock to C.
    #[inline]
    fn put<L: Level>(&mut self, guard: LeafGuard<'_, L>) {
        let leaf = guard.leaf();
        self.0.pfn = leaf.pfn().as_raw();
        self.0.addr_mask = leaf.addr_mask();
        self.0.pgprot = leaf.pgprot().into_raw();
        self.0.writable = leaf.writable();
        self.0.special = leaf.special();
        (self.0.lock, self.0.ptep) = guard.into_raw();
    }
}

/// Releases what `follow_pfnmap_start()` holds; a lookup that failed on zeroed `args` holds nothing.
///
/// # Safety
///
/// `args` is valid for reading, and as the last `follow_pfnmap_start()` on this thread left it.
#[export]
pub(crate) unsafe extern "C" fn follow_pfnmap_end(args: *mut bindings::follow_pfnmap_args) {
    // SAFETY: `args` is valid, and the lock is what `LeafGuard::into_raw()` returned, or null.
    unsafe { unlock_raw((*args).lock) };
    // SAFETY: `args` is valid, and the PTE is what `LeafGuard::into_raw()` returned, or null.
    unsafe { unmap_raw((*args).ptep) };
}

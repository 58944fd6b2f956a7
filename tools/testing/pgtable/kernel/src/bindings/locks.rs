// SPDX-License-Identifier: GPL-2.0

//! Locks that know their holders, and what may not be done below one.

use super::{mm_struct, vm_area_struct};
use crate::{
    ffi::c_int,
    machine::{me, wait, wake},
};
use std::cell::{Cell, RefCell};

#[derive(Default)]
pub struct spinlock_t {
    pub holder: Cell<Option<usize>>,
}

thread_local! {
    /// How many spinlocks each thread holds.
    static SPINNING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

fn with_spinning<R>(f: impl FnOnce(&mut usize) -> R) -> R {
    SPINNING.with_borrow_mut(|all| {
        let len = all.len().max(me() + 1);
        all.resize(len, 0);
        f(&mut all[me()])
    })
}

/// Forgets what threads held that have failed.
pub fn forget_locks() {
    SPINNING.take();
}

/// Asserts that the thread may sleep.
pub fn might_sleep() {
    assert_eq!(
        with_spinning(|held| *held),
        0,
        "a thread sleeps below a spinlock"
    );
}

/// Asserts that the thread may count without an atomic operation.
pub fn below_spinlock() {
    assert_ne!(
        with_spinning(|held| *held),
        0,
        "a thread counts where another of its CPU may"
    );
}

impl spinlock_t {
    pub fn lock(&self) {
        assert_ne!(self.holder.get(), Some(me()), "a lock is taken twice");
        wait(|| self.holder.get().is_none());
        self.holder.set(Some(me()));
        with_spinning(|held| *held += 1);
    }

    pub fn unlock(&self) {
        assert!(
            self.is_held(),
            "a lock is released by a thread that does not hold it"
        );
        with_spinning(|held| *held -= 1);
        self.holder.set(None);
        wake();
    }

    pub fn is_held(&self) -> bool {
        self.holder.get() == Some(me())
    }
}

pub unsafe fn spin_unlock(lock: *mut spinlock_t) {
    // SAFETY: The lock is that of a table, which is alive.
    unsafe { (*lock).unlock() };
}

pub unsafe fn spin_lock_nested(lock: *mut spinlock_t, _subclass: c_int) {
    // SAFETY: As above.
    unsafe { (*lock).lock() };
}

/// The mmap lock, or that of the tree of the vmas of a file.
#[derive(Default)]
pub struct rw_semaphore {
    readers: Cell<usize>,
    writer: Cell<Option<usize>>,
}

impl rw_semaphore {
    pub fn read_lock(&self) {
        might_sleep();
        wait(|| self.writer.get().is_none());
        self.readers.set(self.readers.get() + 1);
    }

    pub fn read_unlock(&self) {
        self.readers.set(self.readers.get() - 1);
        wake();
    }

    pub fn write_lock(&self) {
        might_sleep();
        wait(|| self.writer.get().is_none() && self.readers.get() == 0);
        self.writer.set(Some(me()));
    }

    pub fn write_unlock(&self) {
        assert!(self.is_write_locked());
        self.writer.set(None);
        wake();
    }

    pub fn is_write_locked(&self) -> bool {
        self.writer.get() == Some(me())
    }

    /// Whether somebody holds it: for reading, that is all that there is to see.
    pub fn is_locked(&self) -> bool {
        self.readers.get() > 0 || self.is_write_locked()
    }
}

pub unsafe fn mmap_assert_locked(mm: *mut mm_struct) {
    // SAFETY: The mm is alive.
    assert!(
        unsafe { (*mm).mmap_lock.is_locked() },
        "the mmap lock is not held"
    );
}

pub unsafe fn pfnmap_lockdep_assert(vma: *mut vm_area_struct) {
    // SAFETY: The vma, its mm and its file are alive.
    let held = unsafe {
        (*(*vma).vm_mm).mmap_lock.is_locked()
            || !(*vma).mapping.is_null() && (*(*vma).mapping).i_mmap_rwsem.is_locked()
    };
    assert!(held, "neither mmap lock nor i_mmap_rwsem is held");
}

pub unsafe fn vma_start_write(vma: *mut vm_area_struct) {
    // SAFETY: The vma is alive.
    let held = unsafe { (*(*vma).vm_mm).mmap_lock.is_write_locked() };
    assert!(held, "the mmap lock is not held for writing");
}

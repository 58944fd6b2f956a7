// SPDX-License-Identifier: GPL-2.0

//! Locks that know their holders, and what may not be done below one.

use super::{mm_struct, vm_area_struct};
use crate::{
    ffi::c_int,
    machine::{me, note, wait, wake},
};
use std::{
    cell::{Cell, RefCell},
    thread::LocalKey,
};

pub struct spinlock_t {
    pub holder: Cell<Option<usize>>,
    /// What it is the lock of.
    of: String,
}

/// How many locks of a kind each thread holds.
type Held = LocalKey<RefCell<Vec<usize>>>;

thread_local! {
    static SPINNING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// Locks that reclaim takes.
    static RECLAIM: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// All tables of a mm have one lock.
    static ONE_LOCK: Cell<bool> = const { Cell::new(false) };
    /// Tables of PTEs that are mapped, which C does below RCU.
    static MAPPED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Of the thread that runs.
fn with<R>(held: &'static Held, f: impl FnOnce(&mut usize) -> R) -> R {
    held.with_borrow_mut(|all| {
        let len = all.len().max(me() + 1);
        all.resize(len, 0);
        f(&mut all[me()])
    })
}

/// Forgets what threads held that have failed.
pub fn forget_locks() {
    SPINNING.take();
    RECLAIM.take();
    MAPPED.take();
}

/// Has all tables of a mm that are made from now on have one lock, as with few CPUs in C, or split locks.
pub fn use_one_lock(one: bool) {
    ONE_LOCK.set(one);
}

pub fn has_one_lock() -> bool {
    ONE_LOCK.get()
}

/// Maps a table of PTEs.
pub fn map_table() {
    with(&MAPPED, |mapped| *mapped += 1);
}

pub fn unmap_table() {
    with(&MAPPED, |mapped| {
        assert_ne!(*mapped, 0, "a table is unmapped that is not mapped");
        *mapped -= 1;
    });
}

/// Asserts that the thread may reclaim memory.
pub fn might_reclaim() {
    might_sleep();
    let held = with(&RECLAIM, |held| *held);
    assert_eq!(held, 0, "a thread reclaims below the i_mmap_rwsem");
}

/// Asserts that the thread may sleep.
pub fn might_sleep() {
    assert_eq!(
        with(&SPINNING, |held| *held),
        0,
        "a thread sleeps below a spinlock"
    );
    let mapped = with(&MAPPED, |mapped| *mapped);
    assert_eq!(mapped, 0, "a thread sleeps while it maps a table of PTEs");
}

/// Asserts that the thread may count without an atomic operation.
pub fn below_spinlock() {
    assert_ne!(
        with(&SPINNING, |held| *held),
        0,
        "a thread counts where another of its CPU may"
    );
}

impl spinlock_t {
    pub fn of(of: String) -> Self {
        Self {
            holder: Cell::new(None),
            of,
        }
    }

    pub fn lock(&self) {
        assert_ne!(self.holder.get(), Some(me()), "a lock is taken twice");
        wait(|| self.holder.get().is_none());
        note(|| format!("locks {}", self.of));
        self.holder.set(Some(me()));
        with(&SPINNING, |held| *held += 1);
    }

    pub fn unlock(&self) {
        assert!(
            self.is_held(),
            "a lock is released by a thread that does not hold it"
        );
        note(|| format!("unlocks {}", self.of));
        with(&SPINNING, |held| *held -= 1);
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
pub struct rw_semaphore {
    name: &'static str,
    /// Reclaim takes it.
    reclaims: usize,
    /// A thread for each time that it was taken.
    readers: RefCell<Vec<usize>>,
    writer: Cell<Option<usize>>,
}

impl rw_semaphore {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            reclaims: usize::from(name == "i_mmap_rwsem"),
            readers: RefCell::default(),
            writer: Cell::new(None),
        }
    }

    pub fn read_lock(&self) {
        might_sleep();
        wait(|| self.writer.get().is_none());
        note(|| format!("locks {} to read", self.name));
        self.readers.borrow_mut().push(me());
        with(&RECLAIM, |held| *held += self.reclaims);
    }

    pub fn read_unlock(&self) {
        note(|| format!("unlocks {}", self.name));
        let mut readers = self.readers.borrow_mut();
        let mine = readers.iter().position(|reader| *reader == me());
        readers.swap_remove(mine.expect("a lock is released by a thread that does not hold it"));
        drop(readers);
        with(&RECLAIM, |held| *held -= self.reclaims);
        wake();
    }

    pub fn write_lock(&self) {
        might_sleep();
        wait(|| self.writer.get().is_none() && self.readers.borrow().is_empty());
        note(|| format!("locks {} to write", self.name));
        self.writer.set(Some(me()));
        with(&RECLAIM, |held| *held += self.reclaims);
    }

    pub fn write_unlock(&self) {
        assert!(self.is_write_locked());
        note(|| format!("unlocks {}", self.name));
        self.writer.set(None);
        with(&RECLAIM, |held| *held -= self.reclaims);
        wake();
    }

    pub fn is_write_locked(&self) -> bool {
        self.writer.get() == Some(me())
    }

    /// Whether the thread that runs holds it.
    pub fn is_locked(&self) -> bool {
        self.readers.borrow().contains(&me()) || self.is_write_locked()
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

/// Below which a fault needs no mmap lock. A vma that is made of another is locked as that is.
#[derive(Clone, Default)]
pub struct vma_lock {
    readers: Cell<usize>,
    write_locked: Cell<bool>,
}

impl vma_lock {
    /// Equivalent to C's `vma_start_read()`: fails while the vma is write-locked.
    pub fn try_read(&self) -> bool {
        let free = !self.write_locked.get();
        self.readers.set(self.readers.get() + usize::from(free));
        if free {
            note(|| "locks a vma to read".into());
        }
        free
    }

    pub fn read_unlock(&self) {
        note(|| "unlocks a vma".into());
        self.readers.set(self.readers.get() - 1);
        wake();
    }

    /// Equivalent to C's `vma_end_write_all()`, of one vma.
    pub fn end_write(&self) {
        self.write_locked.set(false);
    }
}

/// Keeps faults out, and waits for those that are served, until the mmap lock is released.
pub unsafe fn vma_start_write(vma: *mut vm_area_struct) {
    // SAFETY: The vma is alive.
    let (held, lock) = unsafe { ((*(*vma).vm_mm).mmap_lock.is_write_locked(), &(*vma).vm_lock) };
    assert!(held, "the mmap lock is not held for writing");
    might_sleep();
    lock.write_locked.set(true);
    wait(|| lock.readers.get() == 0);
    note(|| "has write-locked a vma".into());
}

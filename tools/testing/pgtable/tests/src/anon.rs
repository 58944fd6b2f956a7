// SPDX-License-Identifier: GPL-2.0

//! Processes that have memory of their own: faults, fork, gup-fast, and what a device does.

use crate::{
    leaves::{put, take, with_lock},
    process::{Fault, Process, Vma},
};
use kernel::{
    bindings::*,
    error::{code::*, Result},
    ffi::c_int,
    format::FORMAT,
    machine::{self, step, table_in, table_of},
    mm::pgtable::{Level as _, Pte},
    virt::flags,
};
use std::{
    ops::Range,
    ptr::null_mut,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

/// Copies a PTE at fork. Equivalent to C's `copy_present_ptes()` and `copy_nonpresent_pte()`.
pub(crate) fn copy_pte(
    child: Vma,
    parent: Vma,
    to: *mut u64,
    from: *mut u64,
    addr: usize,
) -> Result {
    loop {
        table_of(to).ptl().lock();
        table_of(from).ptl().lock();
        let busy = copy_locked(child, parent, to, from, addr);
        table_of(from).ptl().unlock();
        table_of(to).ptl().unlock();
        let Some(folio) = busy else {
            return Ok(());
        };
        // SAFETY: The reference was taken below the lock.
        unsafe {
            folio_lock_killable(folio);
            folio_unlock(folio);
            folio_put(folio);
        }
    }
}

/// Returns the folio that is to be waited for, with a reference, if there is one.
fn copy_locked(
    child: Vma,
    parent: Vma,
    to: *mut u64,
    from: *mut u64,
    addr: usize,
) -> Option<*mut folio> {
    let raw = get_lockless(from);
    if raw == 0 {
        return None;
    }
    let mut rss: [c_int; 4] = [0; 4];
    if raw & FORMAT.valid == 0 {
        if unsafe { pte_softleaf_type(pte_t { pte: raw }) }
            != softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE
        {
            return None;
        }
        // SAFETY: Both locks are held, and fork holds both mmap locks for writing.
        let copied = unsafe {
            copy_exclusive_pte(
                child.0,
                parent.0,
                to.cast(),
                from.cast(),
                addr,
                rss.as_mut_ptr(),
            )
        };
        if copied == EBUSY.to_errno() {
            // SAFETY: The entry has a reference.
            let folio = unsafe { page_folio(pte_softleaf_page(pte_t { pte: raw })) };
            // SAFETY: As above.
            unsafe { folio_get(folio) };
            return Some(folio);
        }
        if copied == 0 {
            return None;
        }
    }
    copy_present(child, parent, to, from, addr);
    None
}

fn copy_present(child: Vma, parent: Vma, to: *mut u64, from: *mut u64, addr: usize) {
    let mut raw = get_lockless(from);
    // SAFETY: The lock of the entry is held.
    let page = unsafe { vm_normal_page(parent.0, addr, pte_t { pte: raw }) };
    if !page.is_null() {
        // SAFETY: The entry has a reference.
        unsafe {
            let folio = page_folio(page);
            folio_get(folio);
            if folio_try_dup_anon_rmap_pte(folio, page, child.0, parent.0) != 0 {
                folio_put(folio);
                raw = FORMAT.mkdirty(mk_pte(copy_of(page), child.raw().vm_page_prot).pte);
                put(0, child.raw().vm_mm, addr, to, raw & !FORMAT.young);
                return;
            }
            if FORMAT.writable(raw) {
                ptep_set_wrprotect(parent.raw().vm_mm, addr, from.cast());
            }
        }
        raw = FORMAT.wrprotect(raw);
    }
    put(0, child.raw().vm_mm, addr, to, raw & !FORMAT.young);
}

/// Returns a new page with what is in `page`.
fn copy_of(page: *mut page) -> *mut page {
    let copy = alloc_anon_page();
    // SAFETY: Both are alive.
    unsafe { (*copy).word.store((*page).word.load(SeqCst), SeqCst) };
    copy
}

/// Returns the word of the page of a frame.
fn word<'a>(pfn: usize) -> &'a AtomicU64 {
    // SAFETY: Pages are freed at the end of a test.
    unsafe { &(*page_of(pfn)).word }
}

impl Process {
    /// Maps private memory.
    pub fn map_anon(self, range: Range<usize>) {
        self.add_vma(
            null_mut(),
            range,
            0,
            flags::READ | flags::WRITE | flags::MAYWRITE,
        );
    }

    /// Equivalent to C's `do_anonymous_page()`, and to `do_swap_page()` for a page that a device has.
    pub(crate) fn anon_fault(
        self,
        vma: Vma,
        pmd: *mut u64,
        address: usize,
        write: bool,
    ) -> Result<(), Fault> {
        // SAFETY: The entry is one of a table of the mm.
        if !unsafe { alloc_below(self.0, pmd) } {
            return Err(Fault::Oom);
        }
        let ptr = pte_at(pmd, address);
        let raw = get_lockless(ptr);
        if raw & FORMAT.valid != 0 {
            if write && !FORMAT.writable(raw) {
                self.copy_on_write(vma, ptr, address);
            }
            return Ok(());
        }
        if raw != 0 {
            return self.softleaf_fault(vma, pmd, address, raw);
        }
        with_lock(ptr, || {
            if get_lockless(ptr) == 0 {
                let page = alloc_anon_page();
                // SAFETY: The page is alive.
                let pte = unsafe { mk_pte(page, vma.raw().vm_page_prot) }.pte;
                // SAFETY: The vma is alive.
                let pte = unsafe {
                    maybe_pte_mkwrite(
                        pte_t {
                            pte: FORMAT.mkdirty(pte),
                        },
                        vma.0,
                    )
                };
                put(0, self.0, address, ptr, pte.pte);
            }
        });
        Ok(())
    }

    /// Gives the process a page of its own. Equivalent to C's `do_wp_page()`.
    fn copy_on_write(self, vma: Vma, ptr: *mut u64, address: usize) {
        with_lock(ptr, || {
            let raw = get_lockless(ptr);
            if raw & FORMAT.valid == 0 || FORMAT.writable(raw) {
                return;
            }
            let mut page = page_of(FORMAT.pfn(0, raw));
            take(0, self.0, address, ptr);
            machine::flush(self.0, address, address + Pte::SIZE);
            // SAFETY: The entry had a reference, which it keeps or gives back.
            unsafe {
                let folio = page_folio(page);
                if folio_ref_count(folio) > 1 && !PageAnonExclusive(page) {
                    folio_remove_rmap_pte(folio, page, vma.0);
                    let copy = copy_of(page);
                    folio_put(folio);
                    page = copy;
                }
                (*page).anon_exclusive.set(true);
                let raw = FORMAT.mkdirty(mk_pte(page, vma.raw().vm_page_prot).pte);
                put(0, self.0, address, ptr, FORMAT.mkwrite(raw));
            }
        });
    }

    fn softleaf_fault(
        self,
        vma: Vma,
        pmd: *mut u64,
        address: usize,
        raw: u64,
    ) -> Result<(), Fault> {
        let orig_pte = pte_t { pte: raw };
        // SAFETY: The value alone is looked at.
        match unsafe { pte_softleaf_type(orig_pte) } {
            softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE => {}
            softleaf_type_SOFTLEAF_MIGRATION_READ
            | softleaf_type_SOFTLEAF_MIGRATION_READ_EXCLUSIVE
            | softleaf_type_SOFTLEAF_MIGRATION_WRITE => {
                // C's `migration_entry_wait()`.
                // SAFETY: An entry of these kinds names a page; pages are freed at the end of a test.
                let folio = unsafe { &*page_folio(pte_softleaf_page(orig_pte)) };
                if folio.locked.get() {
                    machine::called("folio_wait");
                }
                machine::wait(|| !folio.locked.get());
                return Ok(());
            }
            _ => return Err(Fault::Bus),
        }
        let mut vmf = vm_fault {
            __bindgen_anon_1: vm_fault_info {
                vma: vma.0,
                address,
            },
            __bindgen_anon_2: vm_fault_orig { orig_pte },
            flags: 0,
            pmd: pmd.cast(),
            pud: null_mut(),
            // SAFETY: An entry of this kind names a page.
            page: unsafe { pte_softleaf_page(orig_pte) },
        };
        machine::called("remove_device_exclusive_entry");
        // SAFETY: The fault is live, and the mmap lock is held.
        match unsafe { remove_device_exclusive_entry(&mut vmf) } {
            0 => Ok(()),
            _ => Err(Fault::Bus),
        }
    }

    /// Takes pages for a device, as a driver does: returns how many, and the results.
    pub fn take_for_device(self, start: usize, nr: usize) -> (usize, Vec<*mut page>) {
        let mut results = vec![null_mut(); nr];
        self.mm().mmap_lock.read_lock();
        // SAFETY: The mmap lock is held, and there is room.
        let taken = unsafe {
            make_device_exclusive_range(self.0, start, nr, null_mut(), results.as_mut_ptr())
        };
        self.mm().mmap_lock.read_unlock();
        (taken, results)
    }

    /// Lets CPUs have the pages again.
    pub fn release(self, results: &mut [*mut page]) {
        // SAFETY: They are as they were left.
        unsafe { release_device_exclusive_range(results.as_mut_ptr(), results.len()) };
    }

    /// Takes consecutive pages of one vma and one table away to move them. Returns those that are now
    /// migration entries. Equivalent to C's `migrate_vma_collect_pmd()`.
    pub fn collect(self, start: usize, nr: usize) -> Vec<usize> {
        self.mm().mmap_lock.read_lock();
        let end = self.vma(start).map_or(start, |vma| vma.range().end);
        let end = end.min((start | (FORMAT.size(1) - 1)) + 1);
        let end = end.min(start + nr * Pte::SIZE);
        let mut moved = Vec::new();
        if start < end {
            machine::invalidation_starts(self.0, start, end);
            moved = self.collect_locked(start, end);
            machine::invalidation_ends(self.0, start, end);
        }
        self.mm().mmap_lock.read_unlock();
        moved
    }

    fn collect_locked(self, start: usize, end: usize) -> Vec<usize> {
        let nr = (end - start) / Pte::SIZE;
        let (mut src, mut dst) = (vec![0; nr], vec![0; nr]);
        let Some(vma) = self.vma(start) else {
            return Vec::new();
        };
        let mut migrate = migrate_vma {
            vma: vma.0,
            src: src.as_mut_ptr(),
            dst: dst.as_mut_ptr(),
            flags: migrate_vma_direction_MIGRATE_VMA_SELECT_SYSTEM as usize,
            npages: 0,
            cpages: 0,
        };
        let ptr = self.pte(start);
        with_lock(ptr, || {
            let raw = get_lockless(ptr);
            // SAFETY: The lock of the entry is held.
            let page = unsafe { vm_normal_page(vma.0, start, pte_t { pte: raw }) };
            if raw & FORMAT.valid == 0 || page.is_null() {
                return;
            }
            // SAFETY: The entry has a reference; that and the lock are given away.
            unsafe {
                let folio = page_folio(page);
                folio_get(folio);
                if !folio_trylock(folio) {
                    folio_put(folio);
                    return;
                }
                collect_present_ptes(&mut migrate, start, end, ptr.cast(), page, folio);
            }
        });
        src.truncate(migrate.npages);
        src
    }

    /// Puts back what [`Self::collect()`] took: removes the migration entries, unlocks.
    pub fn put_back(self, start: usize, src: &[usize]) {
        for (i, _) in src.iter().enumerate().filter(|(_, moved)| **moved != 0) {
            let address = start + i * Pte::SIZE;
            let ptr = self.pte(address);
            with_lock(ptr, || {
                let pte = pte_t {
                    pte: get_lockless(ptr),
                };
                // SAFETY: The entry names a page that collecting has locked.
                unsafe {
                    let page = pte_softleaf_page(pte);
                    let folio = page_folio(page);
                    folio_get(folio);
                    (*folio).mapcount.set((*folio).mapcount.get() + 1);
                    let kind = pte_softleaf_type(pte);
                    let shared = kind == softleaf_type_SOFTLEAF_MIGRATION_READ;
                    (*page).anon_exclusive.set(!shared);
                    let prot = vma_page_prot(self.vma(address).expect("a vma").0);
                    let mut raw = mk_pte(page, prot).pte;
                    if migration_entry_bits(pte).1 {
                        raw = FORMAT.mkdirty(raw);
                    }
                    if kind == softleaf_type_SOFTLEAF_MIGRATION_WRITE {
                        raw = FORMAT.mkwrite(raw);
                    }
                    put(0, self.0, address, ptr, raw);
                    folio_unlock(folio);
                    folio_put(folio);
                }
            });
        }
    }

    /// The PTE of an address, in a table that is made if there is none.
    pub(crate) fn pte(self, addr: usize) -> *mut u64 {
        self.alloc_down_to(0, addr).expect("memory")
    }

    /// Reads the PTE of an address.
    pub fn raw_pte(self, addr: usize) -> u64 {
        get_lockless(self.pte(addr))
    }

    /// Pins the page at `addr` without a lock, for a write or to read; not while fork write-protects.
    /// Equivalent to C's `gup_fast()`.
    pub fn pin_fast(self, addr: usize, write: bool) -> Option<*mut page> {
        step();
        let seq = self.mm().write_protect_seq.get();
        if seq % 2 != 0 {
            return None;
        }
        let page = self.pin_pte(addr, write)?;
        step();
        if self.mm().write_protect_seq.get() != seq {
            self.unpin(page);
            return None;
        }
        Some(page)
    }

    /// Equivalent to C's `gup_fast_pte_range()`.
    fn pin_pte(self, addr: usize, write: bool) -> Option<*mut page> {
        let ptr = self.pte(addr);
        let raw = get_lockless(ptr);
        if raw & FORMAT.valid == 0 || write && !FORMAT.writable(raw) {
            return None;
        }
        let page = page_of(FORMAT.pfn(0, raw));
        // SAFETY: Memory stays: a folio may be free.
        let folio = unsafe { page_folio(page) };
        step();
        // SAFETY: As above.
        let refs = unsafe { &(*folio).refs };
        if refs.get() == 0 {
            return None;
        }
        refs.set(refs.get() + GUP_PIN_COUNTING_BIAS);
        machine::note(|| "pins a folio".into());
        // What may be written is one process's alone: only of the rest C looks at the mark.
        // SAFETY: The page has a reference.
        if get_lockless(ptr) != raw || !FORMAT.writable(raw) && !unsafe { PageAnonExclusive(page) }
        {
            self.unpin(page);
            return None;
        }
        Some(page)
    }

    /// Reads the word at `addr` as a thread does.
    pub fn load(self, addr: usize) -> Result<u64, Fault> {
        Ok(word(self.touch(addr, false)?).load(SeqCst))
    }

    /// Writes the word at `addr` as a thread does.
    pub fn store(self, addr: usize, value: u64) -> Result<(), Fault> {
        word(self.touch(addr, true)?).store(value, SeqCst);
        Ok(())
    }

    /// Makes a page clean, as if it was written to swap: whether it is written from now on, its entry and
    /// its folio say.
    pub fn clean(self, addr: usize) {
        let ptr = self.pte(addr);
        with_lock(ptr, || {
            let raw = get_lockless(ptr);
            if raw & FORMAT.valid != 0 {
                let raw = take(0, self.0, addr, ptr);
                machine::flush(self.0, addr, addr + Pte::SIZE);
                put(0, self.0, addr, ptr, FORMAT.mkclean(raw));
                // SAFETY: The entry has a reference.
                unsafe { (*page_folio(page_of(FORMAT.pfn(0, raw)))).dirty.set(false) };
            }
        });
    }

    /// The page that an entry maps or names, if it does.
    pub fn page(self, addr: usize) -> Option<*mut page> {
        match self.raw_pte(addr) {
            0 => None,
            raw if raw & FORMAT.valid != 0 => Some(page_of(FORMAT.pfn(0, raw))),
            // SAFETY: The value alone is looked at.
            raw => Some(unsafe { pte_softleaf_page(pte_t { pte: raw }) }),
        }
    }

    /// Calls `f` with the lock of the folio of a page that is mapped, which it waits for, as reclaim and
    /// others of C hold it.
    pub fn with_locked_page(self, addr: usize, f: impl FnOnce()) {
        let ptr = self.pte(addr);
        let folio = with_lock(ptr, || {
            let raw = get_lockless(ptr);
            // SAFETY: The entry has a reference.
            (raw & FORMAT.valid != 0).then(|| unsafe {
                let folio = page_folio(page_of(FORMAT.pfn(0, raw)));
                folio_get(folio);
                folio
            })
        });
        let Some(folio) = folio else {
            return;
        };
        // SAFETY: The reference is ours.
        unsafe {
            folio_lock_killable(folio);
            f();
            folio_unlock(folio);
            folio_put(folio);
        }
    }

    /// Gives a pin back.
    pub fn unpin(self, page: *mut page) {
        step();
        // SAFETY: The pin keeps it.
        let refs = unsafe { &(*page_folio(page)).refs };
        refs.set(refs.get() - GUP_PIN_COUNTING_BIAS);
        machine::note(|| "gives a pin back".into());
    }

    /// Takes pages of memory away, as `MADV_DONTNEED` does: of the locks of a mm with that of the table alone.
    /// C may flush after it; the machine wants what was there gone before another page is.
    pub fn drop_anon(self, range: Range<usize>) {
        for addr in range.clone().step_by(Pte::SIZE) {
            let ptr = self.pte(addr);
            let raw = with_lock(ptr, || {
                let raw = take(0, self.0, addr, ptr);
                machine::flush(self.0, addr, addr + Pte::SIZE);
                raw
            });
            let page = match raw {
                0 => continue,
                raw if raw & FORMAT.valid != 0 => page_of(FORMAT.pfn(0, raw)),
                // SAFETY: The value alone is looked at.
                raw => unsafe { pte_softleaf_page(pte_t { pte: raw }) },
            };
            // SAFETY: The entry had a reference, and counted as a mapping.
            unsafe {
                folio_remove_rmap_pte(page_folio(page), page, null_mut());
                folio_put(page_folio(page));
            }
        }
    }
}

fn pte_at(pmd: *mut u64, addr: usize) -> *mut u64 {
    // SAFETY: A table has an entry of each index.
    unsafe { table_in(get_lockless(pmd)).add(FORMAT.index(0, addr)) }
}

// SPDX-License-Identifier: GPL-2.0

//! Processes that map a BAR: C's side of faults, unmapping, `mprotect()`, `mremap()` and `fork()`.
//!
//! As in C, `unmap_mapping_range()` holds the `i_mmap_rwsem` alone, and goes through the vmas of a file
//! from the oldest to the newest; everything else holds the mmap lock.

use crate::leaves::{
    clear_leaf, for_each_leaf, free_pgtables, free_tables, is_leaf, is_table, split_pud, with_lock,
    Found,
};
use kernel::{
    bindings::*,
    error::{code::*, to_result, Result},
    format::{Level, FORMAT},
    machine::{self, alloc_table, flush, table_in},
    mm::pgtable::{Level as _, Pte},
    virt::flags,
};
use std::{
    ops::Range,
    ptr::{null, null_mut},
};

/// The largest leaf of the format.
pub const LARGEST: Level = if cfg!(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP) {
    2
} else {
    1
};

/// How many pages one entry of a level maps.
pub const fn pages(level: Level) -> usize {
    FORMAT.size(level) >> FORMAT.page_shift
}

/// A file whose pages are the frames of a BAR.
#[derive(Clone, Copy)]
pub struct Bar(pub *mut address_space);

// SAFETY: One thread runs at a time.
unsafe impl Send for Bar {}
// SAFETY: As above.
unsafe impl Sync for Bar {}

/// A process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(pub *mut mm_struct);

// SAFETY: As above.
unsafe impl Send for Process {}
// SAFETY: As above.
unsafe impl Sync for Process {}

/// Why an access ends in a signal, or is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Segv,
    Bus,
    Oom,
}

/// What `follow_pfnmap_start()` returned.
#[derive(Debug, PartialEq, Eq)]
pub struct Followed {
    pub pfn: usize,
    pub size: usize,
    pub writable: bool,
}

impl Bar {
    /// Makes a file of frames from `pfn` on.
    pub fn new(pfn: usize) -> Self {
        Self(Box::into_raw(Box::new(address_space {
            i_mmap_rwsem: rw_semaphore::new("i_mmap_rwsem"),
            i_mmap: Vec::new(),
            host: null_mut(),
            pfn,
        })))
    }

    pub(crate) fn mapping<'a>(self) -> &'a mut address_space {
        // SAFETY: It lives as long as the test, in which one thread runs at a time.
        unsafe { &mut *self.0 }
    }

    /// Takes pages of the file away from every process. Equivalent to C's `unmap_mapping_range()`.
    pub fn unmap(self, pages: Range<usize>) {
        self.mapping().i_mmap_rwsem.read_lock();
        for i in 0.. {
            let Some(&vma) = self.mapping().i_mmap.get(i) else {
                break;
            };
            let vma = Vma(vma);
            let first = vma.raw().vm_pgoff;
            let at = |page: usize| vma.range().start + (page.max(first) - first) * Pte::SIZE;
            let range = at(pages.start)..at(pages.end).min(vma.range().end);
            if !range.is_empty() {
                vma.zap(range);
            }
        }
        self.mapping().i_mmap_rwsem.read_unlock();
    }
}

/// A vma.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vma(pub(crate) *mut vm_area_struct);

impl Vma {
    pub(crate) fn raw<'a>(self) -> &'a mut vm_area_struct {
        // SAFETY: A vma is alive while its mmap lock or the i_mmap_rwsem is held.
        unsafe { &mut *self.0 }
    }

    pub(crate) fn process(self) -> Process {
        Process(self.raw().vm_mm)
    }

    pub(crate) fn range(self) -> Range<usize> {
        let range = self.raw().__bindgen_anon_1.__bindgen_anon_1;
        range.vm_start..range.vm_end
    }

    pub(crate) fn set_range(self, range: Range<usize>) {
        let bounds = &mut self.raw().__bindgen_anon_1.__bindgen_anon_1;
        (bounds.vm_start, bounds.vm_end) = (range.start, range.end);
    }

    pub(crate) fn flags(self) -> vm_flags_t {
        self.raw().__bindgen_anon_2.vm_flags
    }

    /// Keeps faults out until the mmap lock is released.
    pub(crate) fn start_write(self) {
        // SAFETY: A vma is alive while its mmap lock is held.
        unsafe { vma_start_write(self.0) };
    }

    pub(crate) fn bar(self) -> Option<Bar> {
        (!self.raw().mapping.is_null()).then_some(Bar(self.raw().mapping))
    }

    /// Puts the vma into the tree of its file.
    pub(crate) fn link(self) {
        if let Some(bar) = self.bar() {
            bar.mapping().i_mmap_rwsem.write_lock();
            bar.mapping().i_mmap.push(self.0);
            bar.mapping().i_mmap_rwsem.write_unlock();
        }
    }

    fn unlink(self) {
        if let Some(bar) = self.bar() {
            bar.mapping().i_mmap_rwsem.write_lock();
            bar.mapping().i_mmap.retain(|vma| *vma != self.0);
            bar.mapping().i_mmap_rwsem.write_unlock();
        }
    }

    /// Makes two vmas of one.
    fn split(self, addr: usize) {
        let range = self.range();
        if addr <= range.start || range.end <= addr {
            return;
        }
        self.start_write();
        let upper = Self(Box::into_raw(Box::new(self.raw().clone())));
        upper.set_range(addr..range.end);
        upper.raw().vm_pgoff += (addr - range.start) / Pte::SIZE;
        self.set_range(range.start..addr);
        upper.link();
        self.process().mm().vmas.push(upper.0);
    }

    /// Sets the protection that the flags ask for. Equivalent to C's `vma_set_page_prot()`.
    pub(crate) fn set_page_prot(self) {
        let direct = flags::WRITE | flags::SHARED;
        let write = if self.flags() & direct == direct {
            FORMAT.write
        } else {
            0
        };
        self.raw().vm_page_prot.pgprot = FORMAT.readable | write;
    }

    /// Takes what maps `range` away, in an invalidation of it, and flushes what was there. Equivalent to C's
    /// `zap_vma_range_batched()`.
    fn zap(self, range: Range<usize>) {
        let mm = self.process().0;
        machine::invalidation_starts(mm, range.start, range.end);
        let mut gathered: Option<Range<usize>> = None;
        self.for_each_leaf(&range, &mut |leaf| match leaf {
            Found::Across(level, ptr, addr) => self.split_or_drop(level, ptr, addr),
            Found::Inside(level, ptr, addr) => {
                if clear_leaf(level, mm, addr, ptr) {
                    let start = gathered.as_ref().map_or(addr, |before| before.start);
                    gathered = Some(start..addr + FORMAT.size(level));
                }
            }
        });
        if let Some(gathered) = gathered {
            flush(mm, gathered.start, gathered.end);
        }
        machine::invalidation_ends(mm, range.start, range.end);
    }

    /// Splits a leaf of which only a part is to go, or drops all of it. Equivalent to C's
    /// `__split_huge_pmd()`.
    pub(crate) fn split_or_drop(self, level: Level, ptr: *mut u64, addr: usize) {
        let mm = self.process().0;
        let start = addr & !(FORMAT.size(level) - 1);
        let end = start + FORMAT.size(level);
        machine::invalidation_starts(mm, start, end);
        // SAFETY: The entry is that of the address; a lock keeps table and vma.
        let done = unsafe {
            match level {
                1 => __split_special_pmd(self.0, ptr.cast(), addr),
                _ => split_pud(self.0, ptr.cast(), addr),
            }
        };
        if !done {
            clear_leaf(level, mm, addr, ptr);
            flush(mm, start, end);
        }
        machine::invalidation_ends(mm, start, end);
    }

    /// Has a driver map `pfn` for a fault at `address`, where `ptr` was found.
    pub(crate) fn insert(
        self,
        level: Level,
        ptr: *mut u64,
        address: usize,
        (pfn, write): (usize, bool),
    ) -> vm_fault_t {
        let order = pages(level).trailing_zeros();
        // SAFETY: The fault is live, and the mmap lock is held.
        let insert = |vmf| unsafe { vmf_insert_pfn_order(vmf, pfn, order) };
        self.with_fault(level, ptr, (address, write), insert)
    }

    /// Has `f` serve a fault of a level, for which C has found `ptr`.
    pub(crate) fn with_fault<R>(
        self,
        level: Level,
        ptr: *mut u64,
        (address, write): (usize, bool),
        f: impl FnOnce(*mut vm_fault) -> R,
    ) -> R {
        let mut vmf = vm_fault {
            __bindgen_anon_1: vm_fault_info {
                vma: self.0,
                address,
            },
            __bindgen_anon_2: vm_fault_orig {
                orig_pte: pte_t { pte: 0 },
            },
            flags: if write {
                fault_flag_FAULT_FLAG_WRITE
            } else {
                0
            },
            pmd: if level < 2 { ptr.cast() } else { null_mut() },
            pud: if level == 2 { ptr.cast() } else { null_mut() },
            page: null_mut(),
        };
        f(&mut vmf)
    }

    /// Gives each leaf inside `range` to `f`, and each that lies across an end of it, until it does not.
    pub(crate) fn for_each_leaf(self, range: &Range<usize>, f: &mut impl FnMut(Found)) {
        let mm = self.process().mm();
        for_each_leaf(mm.pgd, mm.levels - 1, range.clone(), f);
    }
}

impl Process {
    /// Makes a process whose tables have `levels`.
    pub fn new(levels: u32) -> Self {
        Self::try_new(levels).expect("memory")
    }

    pub(crate) fn try_new(levels: u32) -> Option<Self> {
        // SAFETY: It was just allocated, if it is there.
        let top = unsafe { alloc_table().as_ref() }?;
        top.level.set(Some(levels - 1));
        top.public.set(true);
        let process = Self(Box::into_raw(Box::new(mm_struct {
            pgd: top.page,
            levels,
            page_table_lock: spinlock_t::of("a mm's tables".into()),
            mmap_lock: rw_semaphore::new("the mmap lock"),
            vmas: Vec::new(),
            tables: [0; 2],
            write_protect_seq: 0.into(),
            handle_mm_fault: |mm, addr, write| {
                Process(mm)
                    .handle_mm_fault(addr, write)
                    .map_err(|_| EFAULT.to_errno())
            },
        })));
        give_lock(process.0, top);
        Some(process)
    }

    pub(crate) fn mm<'a>(self) -> &'a mut mm_struct {
        // SAFETY: It is alive until `exit()`, and one thread runs at a time.
        unsafe { &mut *self.0 }
    }

    /// Maps pages of `bar` from `pgoff` on, shared and writable.
    pub fn map(self, bar: Bar, range: Range<usize>, pgoff: usize) {
        let vm_flags = flags::IO | flags::PFNMAP | flags::SHARED;
        self.add_vma(
            bar.0,
            range,
            pgoff,
            vm_flags | flags::READ | flags::WRITE | flags::MAYWRITE,
        );
    }

    /// Maps pages of `bar` from `pgoff` on, of which a write makes a copy, or pages with a `struct page`,
    /// as `vm_flags` say.
    pub fn map_as(self, bar: Bar, range: Range<usize>, pgoff: usize, vm_flags: vm_flags_t) {
        self.add_vma(bar.0, range, pgoff, vm_flags);
    }

    pub(crate) fn add_vma(
        self,
        mapping: *mut address_space,
        range: Range<usize>,
        vm_pgoff: usize,
        vm_flags: vm_flags_t,
    ) {
        let vma = Vma(Box::into_raw(Box::new(vm_area_struct {
            __bindgen_anon_1: vma_bounds {
                __bindgen_anon_1: vma_range {
                    vm_start: range.start,
                    vm_end: range.end,
                },
            },
            __bindgen_anon_2: vma_flags { vm_flags },
            vm_mm: self.0,
            vm_page_prot: pgprot_t { pgprot: 0 },
            vm_pgoff,
            vm_private_data: null_mut(),
            vm_ops: null(),
            vm_lock: vma_lock::default(),
            mapping,
        })));
        vma.set_page_prot();
        vma.link();
        self.mm().vmas.push(vma.0);
    }

    pub(crate) fn vma(self, addr: usize) -> Option<Vma> {
        // SAFETY: The mmap lock is held.
        let vma = unsafe { vma_lookup(self.0, addr) };
        (!vma.is_null()).then_some(Vma(vma))
    }

    /// The vmas that have a part of `range`.
    pub(crate) fn vmas(self, range: &Range<usize>) -> Vec<Vma> {
        let all = self.mm().vmas.iter().map(|vma| Vma(*vma));
        all.filter(|vma| vma.range().start < range.end && range.start < vma.range().end)
            .collect()
    }

    /// Accesses an address, and takes no fault.
    pub fn access(self, addr: usize, write: bool) -> Option<usize> {
        machine::access(self.0, addr, write)
    }

    /// Accesses an address as a thread of the process does, and faults until it may. Returns the frame.
    pub fn touch(self, addr: usize, write: bool) -> Result<usize, Fault> {
        for _ in 0..100 {
            if let Some(pfn) = self.access(addr, write) {
                return Ok(pfn);
            }
            self.fault(addr, write)?;
        }
        panic!("an access faults for ever");
    }

    /// Serves a fault below the lock of the vma or, if that is write-locked, the mmap lock.
    pub(crate) fn fault(self, addr: usize, write: bool) -> Result<(), Fault> {
        machine::step();
        // From the lookup to the lock no other thread runs: C looks up below RCU.
        let vma = self.vma(addr);
        if let Some(vma) = vma.filter(|vma| vma.raw().vm_lock.try_read()) {
            let served = self.handle_mm_fault(addr, write);
            vma.raw().vm_lock.read_unlock();
            return served;
        }
        self.mm().mmap_lock.read_lock();
        let served = self.handle_mm_fault(addr, write);
        self.mm().mmap_lock.read_unlock();
        served
    }

    /// Releases the mmap lock, and with it those of all vmas.
    pub(crate) fn write_unlock(self) {
        for vma in &self.mm().vmas {
            Vma(*vma).raw().vm_lock.end_write();
        }
        self.mm().mmap_lock.write_unlock();
    }

    /// Equivalent to C's `__handle_mm_fault()`. The lock of the vma or the mmap lock is held.
    pub(crate) fn handle_mm_fault(self, addr: usize, write: bool) -> Result<(), Fault> {
        let vma = self.vma(addr).ok_or(Fault::Segv)?;
        if write && vma.flags() & flags::WRITE == 0 {
            return Err(Fault::Segv);
        }
        let pud = self.alloc_down_to(2, addr).ok_or(Fault::Oom)?;
        if LARGEST == 2 && !is_table(2, get_lockless(pud)) {
            if let Some(done) = self.serve(vma, 2, pud, addr, write) {
                return done;
            }
        }
        // SAFETY: The entry is one of a table of the mm.
        if !unsafe { alloc_below(self.0, pud) } {
            return Err(Fault::Oom);
        }
        // It may have become a leaf, or hidden.
        let raw = get_lockless(pud);
        if !is_table(2, raw) {
            return self.wait_for(2, pud);
        }
        // SAFETY: A table has an entry of each index.
        let pmd = unsafe { table_in(raw).add(FORMAT.index(1, addr)) };
        if !is_table(1, get_lockless(pmd)) {
            if let Some(done) = self.serve(vma, 1, pmd, addr, write) {
                return done;
            }
        }
        match vma.bar() {
            Some(_) => self
                .serve(vma, 0, pmd, addr, write)
                .unwrap_or(Err(Fault::Bus)),
            None => self.anon_fault(vma, pmd, addr, write),
        }
    }

    /// Waits until the thread that hides a leaf has put something else there.
    fn wait_for(self, level: Level, ptr: *mut u64) -> Result<(), Fault> {
        with_lock(ptr, || {
            let raw = get_lockless(ptr);
            assert!(
                !is_leaf(level, raw) || raw & FORMAT.valid != 0,
                "a leaf stays hidden"
            );
        });
        Ok(())
    }

    /// Has the driver map a block of `level`. Returns nothing if it is to be asked for a lower one.
    fn serve(
        self,
        vma: Vma,
        level: Level,
        ptr: *mut u64,
        address: usize,
        write: bool,
    ) -> Option<Result<(), Fault>> {
        let raw = get_lockless(ptr);
        if is_leaf(level, raw) && level > 0 && raw & FORMAT.valid == 0 {
            return Some(self.wait_for(level, ptr));
        }
        let start = address & !(FORMAT.size(level) - 1);
        let range = vma.range();
        if start < range.start || range.end < start + FORMAT.size(level) {
            return None;
        }
        let pgoff = vma.raw().vm_pgoff + (start - range.start) / Pte::SIZE;
        let pfn = vma.bar()?.mapping().pfn + pgoff;
        if pfn % pages(level) != 0 {
            return None;
        }
        match vma.insert(level, ptr, address, (pfn, write)) {
            vm_fault_reason_VM_FAULT_NOPAGE => Some(Ok(())),
            vm_fault_reason_VM_FAULT_FALLBACK => None,
            vm_fault_reason_VM_FAULT_OOM => Some(Err(Fault::Oom)),
            _ => Some(Err(Fault::Bus)),
        }
    }

    /// Returns the entry of `level` for `addr`, and makes the tables above it, or nothing without memory.
    pub(crate) fn alloc_down_to(self, level: Level, addr: usize) -> Option<*mut u64> {
        let (mut table, mut at) = (self.mm().pgd, self.mm().levels - 1);
        loop {
            // SAFETY: A table has an entry of each index.
            let ptr = unsafe { table.add(FORMAT.index(at, addr)) };
            if at == level {
                return Some(ptr);
            }
            // SAFETY: The entry is one of a table of the mm.
            if !unsafe { alloc_below(self.0, ptr) } {
                return None;
            }
            table = table_in(get_lockless(ptr));
            at -= 1;
        }
    }

    /// Splits the leaves and the vmas that lie across the ends of `range`. The mmap lock is held for
    /// writing. Equivalent to C's `split_vma()`.
    pub(crate) fn cut(self, range: &Range<usize>) -> Result {
        for addr in [range.start, range.end] {
            let Some(vma) = self.vma(addr) else {
                continue;
            };
            if addr > vma.range().start {
                // SAFETY: The mmap lock is held for writing.
                to_result(unsafe { __split_special_address(vma.0, addr) })?;
                vma.split(addr);
            }
        }
        Ok(())
    }

    /// Equivalent to C's `munmap()`. Without memory a leaf that lies across an end is dropped.
    pub fn munmap(self, range: Range<usize>) {
        self.mm().mmap_lock.write_lock();
        for addr in [range.start, range.end] {
            if let Some(vma) = self.vma(addr).filter(|vma| addr > vma.range().start) {
                // SAFETY: The mmap lock is held for writing.
                unsafe { __try_split_special_address(vma.0, addr) };
                self.drop_across(vma, addr);
                vma.split(addr);
            }
        }
        for vma in self.vmas(&range) {
            self.remove(vma);
        }
        self.write_unlock();
    }

    /// Drops what could not be split. Equivalent to C's `vma_adjust_trans_huge()`.
    fn drop_across(self, vma: Vma, addr: usize) {
        let page = addr..addr + Pte::SIZE;
        vma.for_each_leaf(&page, &mut |leaf| {
            if let Found::Across(level, ptr, addr) = leaf {
                if addr & (FORMAT.size(level) - 1) != 0 {
                    vma.split_or_drop(level, ptr, addr);
                }
            }
        });
    }

    /// Takes a vma, what it maps, and the tables that only it needed away.
    pub(crate) fn remove(self, vma: Vma) {
        vma.start_write();
        let range = vma.range();
        vma.zap(range.clone());
        vma.unlink();
        self.mm().vmas.retain(|other| *other != vma.0);
        let others: Vec<_> = self.mm().vmas.iter().map(|vma| Vma(*vma).range()).collect();
        let before = others
            .iter()
            .map(|other| other.end)
            .filter(|end| *end <= range.start);
        let after = others
            .iter()
            .map(|other| other.start)
            .filter(|start| *start >= range.end);
        let gap = before.max().unwrap_or(0)..after.min().unwrap_or(usize::MAX);
        free_pgtables(self.mm(), range, &gap);
        // SAFETY: Made so by `add_vma()`, and no longer to be found.
        drop(unsafe { Box::from_raw(vma.0) });
    }

    /// Ends the process.
    pub fn exit(self) {
        machine::unwatch(self.0);
        self.mm().mmap_lock.write_lock();
        for vma in self.mm().vmas.clone() {
            self.remove(Vma(vma));
        }
        let counted = free_tables(self.mm().pgd, self.mm().levels - 1);
        assert_eq!(
            counted,
            self.mm().tables,
            "tables are not counted as they are"
        );
        flush(self.0, 0, usize::MAX);
        // SAFETY: Made so by `new()`; nothing runs in it.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

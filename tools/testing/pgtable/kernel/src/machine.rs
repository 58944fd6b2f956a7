// SPDX-License-Identifier: GPL-2.0

//! The machine below the layer: memory for tables, CPUs with their TLBs, and which thread runs next.
//!
//! One thread of the harness is one machine, and has one CPU for each thread that a scheduler runs.
//! Nothing here is parallel: a thread runs until it reaches [`step()`] or has to [`wait()`].

use crate::{
    bindings::{forget_locks, free_pages, mm_struct, ptdesc, spinlock_t},
    format::{Level, FORMAT},
};
use std::{
    alloc::{alloc_zeroed, dealloc, Layout},
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ptr::with_exposed_provenance_mut,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

/// What a scheduler does for the threads of a test.
#[derive(Clone, Copy)]
pub struct Threads {
    /// Lets another thread run.
    pub step: fn(),
    /// Lets others run until one calls `wake`.
    pub wait: fn(),
    /// Has all that wait look again.
    pub wake: fn(),
    /// The number of the thread, and so of its CPU.
    pub me: fn() -> usize,
}

impl Threads {
    /// One thread alone.
    const ONE: Self = Self {
        step: || {},
        wait: || panic!("deadlock: one thread waits for itself"),
        wake: || {},
        me: || 0,
    };
}

#[derive(Default)]
struct State {
    /// Tables by their address.
    tables: RefCell<BTreeMap<usize, *mut ptdesc>>,
    /// What each CPU remembers.
    tlbs: RefCell<Vec<Vec<Translation>>>,
    /// How many tables were allocated, by which each has a number.
    numbers: Cell<usize>,
    /// What hardware looks up whenever it likes.
    watched: RefCell<Vec<(*mut mm_struct, usize)>>,
    /// What was done, if a test wants to know.
    trace: RefCell<Option<Vec<String>>>,
    /// How many allocations are left before one fails.
    allocations: Cell<Option<usize>>,
    /// Warnings since the last look.
    warnings: Cell<usize>,
    /// How many allocations have failed since the last look.
    failures: Cell<usize>,
    /// How often C's functions were called that change nothing here.
    calls: RefCell<BTreeMap<&'static str, usize>>,
    /// How often each event of `/proc/vmstat` was counted.
    events: RefCell<BTreeMap<u32, usize>>,
    /// What the events of each tracepoint ended in.
    traced: RefCell<BTreeMap<&'static str, Vec<i64>>>,
    /// Frames that are known to be broken.
    poisoned: RefCell<Vec<usize>>,
    /// The first frame that L1TF forbids.
    forbidden: Cell<Option<usize>>,
    /// Invalidations in secondary MMUs that were started and not ended.
    pub invalidations: RefCell<Vec<(*mut mm_struct, usize, usize)>>,
}

thread_local! {
    static THREADS: Cell<Threads> = const { Cell::new(Threads::ONE) };
    static STATE: State = State::default();
}

/// Has a scheduler run the threads from now on.
pub fn set_threads(threads: Option<Threads>) {
    THREADS.set(threads.unwrap_or(Threads::ONE));
}

/// Stands before each access that another thread or hardware may see or be seen by.
pub fn step() {
    (THREADS.get().step)();
    fill();
}

/// Waits until `ready` returns true.
pub fn wait(ready: impl Fn() -> bool) {
    step();
    while !ready() {
        (THREADS.get().wait)();
    }
}

pub fn wake() {
    (THREADS.get().wake)();
}

pub fn me() -> usize {
    (THREADS.get().me)()
}

/// Starts a machine: no table, no translation, memory enough.
pub fn boot() {
    forget_locks();
    free_pages();
    STATE.with(|state| {
        state.tables.borrow_mut().clear();
        state.tlbs.borrow_mut().clear();
        state.numbers.set(0);
        state.watched.borrow_mut().clear();
        state.trace.replace(None);
        state.allocations.set(None);
        state.warnings.set(0);
        state.failures.set(0);
        state.calls.borrow_mut().clear();
        state.events.borrow_mut().clear();
        state.traced.borrow_mut().clear();
        state.poisoned.borrow_mut().clear();
        state.forbidden.set(None);
        state.invalidations.borrow_mut().clear();
    });
}

/// Remembers what is done from now on, until [`steps()`].
pub fn trace() {
    STATE.with(|state| state.trace.replace(Some(Vec::new())));
}

/// Returns what was done since [`trace()`].
pub fn steps() -> Vec<String> {
    STATE.with(|state| state.trace.take()).unwrap_or_default()
}

/// Says what a thread does, if a test wants to know.
pub fn note(what: impl FnOnce() -> String) {
    STATE.with(|state| {
        if state.trace.borrow().is_some() {
            let line = format!("thread {} {}", me(), what());
            state
                .trace
                .borrow_mut()
                .as_mut()
                .map(|trace| trace.push(line));
        }
    });
}

/// Names an entry: its level, its index, its table.
pub fn entry_name(ptr: *mut u64) -> String {
    let table = table_of(ptr);
    let level = table
        .level
        .get()
        .map_or("entry", |level| LEVELS[level as usize]);
    let index = ptr.addr() / size_of::<u64>() % FORMAT.entries();
    format!("{level} {index} of table {}", table.number)
}

const LEVELS: [&str; 5] = ["PTE", "PMD", "PUD", "P4D", "PGD"];

/// Says what an entry at `ptr` says if it is `raw`.
pub fn describe(ptr: *mut u64, raw: u64) -> String {
    let level = table_of(ptr).level.get().unwrap_or(0);
    if raw == 0 {
        return "nothing".into();
    }
    if !FORMAT.present(level, raw) {
        let (kind, number) = FORMAT.unswap(raw);
        return format!("what is not present: kind {kind}, number {number:#x}");
    }
    if !FORMAT.leaf(level, raw) {
        let below = table_in(raw).addr();
        let number = STATE.with(|state| {
            state.tables.borrow().get(&below).map(|t| {
                // SAFETY: What is in the map was not freed.
                unsafe { (**t).number }
            })
        });
        return number.map_or("a table that is freed".into(), |number| {
            format!("table {number}")
        });
    }
    let bits = [
        (raw & FORMAT.valid == 0, ", hidden"),
        (FORMAT.writable(raw), ", writable"),
        (raw & FORMAT.young != 0, ", young"),
        (FORMAT.is_dirty(raw), ", dirty"),
    ];
    let bits: String = bits
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| *name)
        .collect();
    format!("frame {:#x}{bits}", FORMAT.pfn(level, raw))
}

/// Has every allocation after the next `n` fail, or none.
pub fn fail_allocations_after(n: Option<usize>) {
    STATE.with(|state| state.allocations.set(n));
}

/// Counts a `WARN_ON()`.
pub fn warn() {
    STATE.with(|state| state.warnings.set(state.warnings.get() + 1));
}

/// Returns how many warnings there were since the last call.
pub fn take_warnings() -> usize {
    STATE.with(|state| state.warnings.take())
}

/// Counts a call of one of C's functions.
pub fn called(name: &'static str) {
    STATE.with(|state| *state.calls.borrow_mut().entry(name).or_default() += 1);
}

/// Returns how often a function of C was called since the last look.
pub fn take_calls(name: &str) -> usize {
    STATE.with(|state| state.calls.borrow_mut().remove(name).unwrap_or(0))
}

/// Counts an event of `/proc/vmstat`.
pub fn count_event(item: u32) {
    STATE.with(|state| *state.events.borrow_mut().entry(item).or_default() += 1);
}

/// Returns what was counted since the last look, each event with its number.
pub fn take_events() -> Vec<(u32, usize)> {
    STATE.with(|state| state.events.take().into_iter().collect())
}

/// Remembers what an event of a tracepoint has ended in.
pub fn traced(name: &'static str, result: i64) {
    STATE.with(|state| {
        state
            .traced
            .borrow_mut()
            .entry(name)
            .or_default()
            .push(result)
    });
}

/// Returns what the events of a tracepoint have ended in since the last look.
pub fn take_traced(name: &str) -> Vec<i64> {
    STATE.with(|state| state.traced.borrow_mut().remove(name).unwrap_or_default())
}

/// Returns how many allocations have failed since the last look.
pub fn take_failures() -> usize {
    STATE.with(|state| state.failures.take())
}

/// Has a frame be known to be broken.
pub fn poison(pfn: usize) {
    STATE.with(|state| state.poisoned.borrow_mut().push(pfn));
}

/// Whether a frame from `pfn` on, of so many pages, is known to be broken.
pub fn is_poisoned(pfn: usize, pages: usize) -> bool {
    let range = pfn..pfn + pages;
    STATE.with(|state| state.poisoned.borrow().iter().any(|at| range.contains(at)))
}

/// Has L1TF forbid frames from `pfn` on.
pub fn forbid(pfn: usize) {
    STATE.with(|state| state.forbidden.set(Some(pfn)));
}

/// Whether L1TF lets a frame be mapped.
pub fn allowed(pfn: usize) -> bool {
    STATE.with(|state| state.forbidden.get().is_none_or(|first| pfn < first))
}

/// Returns how many tables there are.
pub fn tables() -> usize {
    STATE.with(|state| state.tables.borrow().len())
}

pub fn invalidation_starts(mm: *mut mm_struct, start: usize, end: usize) {
    step();
    note(|| format!("has secondary MMUs let go of {start:#x}..{end:#x}"));
    STATE.with(|state| state.invalidations.borrow_mut().push((mm, start, end)));
}

pub fn invalidation_ends(mm: *mut mm_struct, start: usize, end: usize) {
    step();
    note(|| format!("lets secondary MMUs map {start:#x}..{end:#x} again"));
    STATE.with(|state| {
        let mut all = state.invalidations.borrow_mut();
        let at = all.iter().position(|range| *range == (mm, start, end));
        all.swap_remove(at.expect("an invalidation ends that was not started"));
    });
}

/// Whether secondary MMUs have let go of all addresses from `start` up to `end`.
pub fn invalidated(mm: *mut mm_struct, start: usize, end: usize) -> bool {
    STATE.with(|state| {
        let all = state.invalidations.borrow();
        all.iter()
            .any(|&(of, from, to)| of == mm && from <= start && end <= to)
    })
}

// Tables.

fn layout() -> Layout {
    let bytes = 1 << FORMAT.page_shift;
    Layout::from_size_align(bytes, bytes).expect("a page is a power of two")
}

/// Whether there is memory for one allocation more.
pub fn may_allocate() -> bool {
    STATE.with(|state| match state.allocations.get() {
        Some(0) => {
            state.failures.set(state.failures.get() + 1);
            false
        }
        left => {
            state.allocations.set(left.map(|n| n - 1));
            true
        }
    })
}

/// Allocates a page for a table, of zeroes, or returns null without memory.
pub fn alloc_table() -> *mut ptdesc {
    if !may_allocate() {
        return std::ptr::null_mut();
    }
    // SAFETY: A page is not empty.
    let page = unsafe { alloc_zeroed(layout()) };
    let number = STATE.with(|state| state.numbers.replace(state.numbers.get() + 1));
    note(|| format!("allocates table {number}"));
    let table = Box::into_raw(Box::new(ptdesc {
        number,
        page: page.cast(),
        level: Cell::new(None),
        public: Cell::new(false),
        own_lock: spinlock_t::of(format!("table {number}")),
        mm: Cell::default(),
    }));
    STATE.with(|state| {
        state
            .tables
            .borrow_mut()
            .insert(page.expose_provenance(), table)
    });
    table
}

/// Frees what [`alloc_table()`] returned.
///
/// # Safety
///
/// Nothing points to the table.
pub unsafe fn free_table(table: *mut ptdesc) {
    // SAFETY: `alloc_table()` made it so.
    let table = unsafe { Box::from_raw(table) };
    assert!(
        table.own_lock.holder.get().is_none(),
        "a table is freed whose lock is held"
    );
    note(|| format!("frees table {}", table.number));
    STATE.with(|state| state.tables.borrow_mut().remove(&table.page.addr()));
    // SAFETY: As above.
    unsafe { dealloc(table.page.cast(), layout()) };
}

/// Returns the table that an entry at `ptr` lies in.
pub fn table_of<'a>(ptr: *mut u64) -> &'a ptdesc {
    let page = ptr.addr() & !(layout().size() - 1);
    let table = STATE.with(|state| state.tables.borrow().get(&page).copied());
    // SAFETY: What is in the map was not freed.
    unsafe { &*table.expect("an entry of no table") }
}

/// Returns the entries of the table that an entry points to.
pub fn table_in(raw: u64) -> *mut u64 {
    with_exposed_provenance_mut(FORMAT.decode(raw) as usize)
}

/// Returns what points to a table.
pub fn entry_of(table: &ptdesc) -> u64 {
    FORMAT.encode(table.page.addr() as u64) | FORMAT.table
}

/// The entry at `ptr`, as hardware accesses it.
pub fn cell<'a>(ptr: *mut u64) -> &'a AtomicU64 {
    table_of(ptr);
    // SAFETY: It lies in a table, all accesses to which are atomic.
    unsafe { AtomicU64::from_ptr(ptr) }
}

/// Reads an entry for a test, which no thread notices.
pub fn peek(ptr: *mut u64) -> u64 {
    cell(ptr).load(SeqCst)
}

// Hardware.

/// What a TLB remembers of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    pub mm: *mut mm_struct,
    pub start: usize,
    pub size: usize,
    /// The frame of `start`.
    pub pfn: usize,
    pub writable: bool,
}

impl Translation {
    /// What a walk to `addr` has found.
    fn new(mm: *mut mm_struct, addr: usize, level: Level, raw: u64) -> Self {
        let size = FORMAT.size(level);
        Self {
            mm,
            start: addr & !(size - 1),
            size,
            pfn: FORMAT.pfn(level, raw),
            writable: FORMAT.accessed(raw, true) == Some(raw),
        }
    }

    fn covers(&self, mm: *mut mm_struct, start: usize, end: usize) -> bool {
        self.mm == mm && self.start < end && start < self.start + self.size
    }

    /// The frame of an address that is covered.
    pub fn pfn_of(&self, addr: usize) -> usize {
        self.pfn + ((addr - self.start) >> FORMAT.page_shift)
    }
}

fn with_tlb<R>(cpu: usize, f: impl FnOnce(&mut Vec<Translation>) -> R) -> R {
    STATE.with(|state| {
        let mut tlbs = state.tlbs.borrow_mut();
        let len = tlbs.len().max(cpu + 1);
        tlbs.resize_with(len, Vec::new);
        f(&mut tlbs[cpu])
    })
}

/// Walks the tables of `mm` as the MMU of this CPU, for an access to `addr`: sets the accessed bit, and
/// the dirty one for a write, at the moment at which the leaf is read; remembers the translation until
/// it is flushed. Returns nothing where that is a fault.
pub fn walk(mm: *mut mm_struct, addr: usize, write: bool) -> Option<Translation> {
    // SAFETY: A thread runs in a mm that is alive.
    let (mut table, mut level) = unsafe { ((*mm).pgd, (*mm).levels - 1) };
    loop {
        // SAFETY: The index is one of the table.
        let entry = cell(unsafe { table.add(FORMAT.index(level, addr)) });
        step();
        let ptr = entry.as_ptr();
        let raw = entry.load(SeqCst);
        note(|| format!("walks {}: {}", entry_name(ptr), describe(ptr, raw)));
        if raw & FORMAT.valid == 0 {
            return None;
        }
        if !FORMAT.leaf(level, raw) {
            table = table_in(raw);
            level -= 1;
            continue;
        }
        let new = FORMAT.accessed(raw, write)?;
        step();
        if entry.compare_exchange(raw, new, SeqCst, SeqCst).is_ok() {
            note(|| {
                format!(
                    "maps {addr:#x} by {}: {}",
                    entry_name(ptr),
                    describe(ptr, new)
                )
            });
            let translation = Translation::new(mm, addr, level, new);
            remember(me(), translation);
            return Some(translation);
        }
    }
}

/// The CPU that looks up what is watched, at each step: a TLB may fill itself whenever it likes.
const EAGER: usize = 15;

/// Has a CPU look `addr` up in `mm` whenever it can, until the tables of `mm` are freed. It sets no bit,
/// and so remembers only what was accessed already.
pub fn watch(mm: *mut mm_struct, addr: usize) {
    STATE.with(|state| state.watched.borrow_mut().push((mm, addr)));
}

/// Stops all lookups in `mm`.
pub fn unwatch(mm: *mut mm_struct) {
    STATE.with(|state| state.watched.borrow_mut().retain(|(of, _)| *of != mm));
}

fn fill() {
    STATE.with(|state| {
        for &(mm, addr) in state.watched.borrow().iter() {
            let Some((level, raw)) = leaf_at(mm, addr) else {
                continue;
            };
            if FORMAT.accessed(raw, false) == Some(raw) {
                remember(EAGER, Translation::new(mm, addr, level, raw));
            }
        }
    });
}

/// Puts a translation into the TLB of a CPU, which must have none of another size, or to another
/// frame, for the same addresses.
fn remember(cpu: usize, new: Translation) {
    with_tlb(cpu, |tlb| {
        if tlb.contains(&new) {
            return;
        }
        tlb.retain(|old| {
            (old.mm, old.start, old.size, old.pfn) != (new.mm, new.start, new.size, new.pfn)
        });
        let other = tlb
            .iter()
            .find(|old| old.covers(new.mm, new.start, new.start + new.size));
        assert_eq!(other, None, "a CPU sees two translations at once: {new:x?}");
        tlb.push(new);
    });
}

/// Accesses `addr` as a thread of `mm` does: by what the TLB has, or by a walk. Returns the frame.
pub fn access(mm: *mut mm_struct, addr: usize, write: bool) -> Option<usize> {
    let known = with_tlb(me(), |tlb| {
        tlb.iter()
            .copied()
            .find(|t| t.covers(mm, addr, addr + 1) && (t.writable || !write))
    });
    let found = known.or_else(|| walk(mm, addr, write));
    found.map(|translation| translation.pfn_of(addr))
}

/// Removes the translations of addresses from `start` up to `end` from every TLB.
pub fn flush(mm: *mut mm_struct, start: usize, end: usize) {
    step();
    note(|| format!("flushes {start:#x}..{end:#x}"));
    STATE.with(|state| {
        for tlb in state.tlbs.borrow_mut().iter_mut() {
            tlb.retain(|translation| !translation.covers(mm, start, end));
        }
    });
}

/// Returns what any CPU remembers of addresses from `start` up to `end`.
pub fn remembered(mm: *mut mm_struct, start: usize, end: usize) -> Vec<Translation> {
    STATE.with(|state| {
        let tlbs = state.tlbs.borrow();
        tlbs.iter()
            .flatten()
            .filter(|t| t.covers(mm, start, end))
            .copied()
            .collect()
    })
}

/// Returns the leaf that maps `addr`, as it stands in the tables: its level and its value.
pub fn leaf_at(mm: *mut mm_struct, addr: usize) -> Option<(Level, u64)> {
    // SAFETY: The mm is alive.
    let (mut table, mut level) = unsafe { ((*mm).pgd, (*mm).levels - 1) };
    loop {
        // SAFETY: The index is one of the table.
        let raw = cell(unsafe { table.add(FORMAT.index(level, addr)) }).load(SeqCst);
        if !FORMAT.present(level, raw) {
            return None;
        }
        if FORMAT.leaf(level, raw) {
            return Some((level, raw));
        }
        table = table_in(raw);
        level -= 1;
    }
}

/// Whether the entry of `level` for `addr` is a table.
pub fn has_table(mm: *mut mm_struct, level: Level, addr: usize) -> bool {
    // SAFETY: The mm is alive.
    let (mut table, mut at) = unsafe { ((*mm).pgd, (*mm).levels - 1) };
    loop {
        // SAFETY: The index is one of the table.
        let raw = cell(unsafe { table.add(FORMAT.index(at, addr)) }).load(SeqCst);
        let found = at > 0 && raw & FORMAT.valid != 0 && !FORMAT.leaf(at, raw);
        if at == level || !found {
            return found && at == level;
        }
        table = table_in(raw);
        at -= 1;
    }
}

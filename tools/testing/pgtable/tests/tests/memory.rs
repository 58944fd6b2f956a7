// SPDX-License-Identifier: GPL-2.0

//! Random operations on memory of which a device takes pages. What is promised is what memory is: a page
//! has what was written to it last, by a thread, by a device that has it, or by a pin, and no process sees
//! what another has written since fork.

use kernel::{
    bindings::{
        free_pages, page, page_folio, page_to_pfn, pte_softleaf_type, pte_t,
        softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE, vm_event_item_DEVICE_EXCLUSIVE_MAKE,
        vm_event_item_DEVICE_EXCLUSIVE_REMAKE, vm_event_item_DEVICE_EXCLUSIVE_RESTORE,
        GUP_PIN_COUNTING_BIAS,
    },
    error::code::EFAULT,
    format::FORMAT,
    machine::{self, called, remembered},
};
use programs::{meets, meets_events, run_programs};
use proptest::prelude::*;
use std::{ops::Range, sync::atomic::Ordering::SeqCst};
use tests::process::{Fault, Process};

mod programs;

const PAGE: usize = FORMAT.size(0);
const PAGES: usize = 5;
/// The pages lie in two tables.
const HOME: usize = 9 * FORMAT.size(1) - 2 * PAGE;

const fn address(page: usize) -> usize {
    HOME + page * PAGE
}

/// What is done to pages, by their numbers.
#[derive(Clone, Debug)]
enum Op {
    Read(usize),
    Write(usize),
    /// A device takes pages, and writes each.
    Take(Range<usize>),
    /// It writes each once more, and lets go.
    Release,
    /// A page is pinned to be written, without a lock; what was pinned before is unpinned.
    Pin(usize),
    /// A write by the pin.
    PinWrite,
    Unpin,
    Protect(Range<usize>),
    Allow(Range<usize>),
    /// The page is given back: it is zeroes from then on.
    Drop(usize),
    /// Pages are collected to be moved, and come back.
    Move(Range<usize>),
    /// The page is written to swap, and stays.
    Clean(usize),
    /// A child is made, if there is none, or ends.
    Fork,
    /// The next operations are the child's, if there is one.
    Switch,
}

fn op() -> impl Strategy<Value = Op> {
    let page = 0..PAGES;
    let pages = (0..PAGES, 1..=PAGES).prop_map(|(first, count)| first..(first + count).min(PAGES));
    prop_oneof![
        3 => page.clone().prop_map(Op::Read),
        4 => page.clone().prop_map(Op::Write),
        4 => pages.clone().prop_map(Op::Take),
        2 => Just(Op::Release),
        2 => page.clone().prop_map(Op::Pin),
        2 => Just(Op::PinWrite),
        1 => Just(Op::Unpin),
        1 => pages.clone().prop_map(Op::Protect),
        1 => pages.clone().prop_map(Op::Allow),
        1 => page.clone().prop_map(Op::Drop),
        2 => pages.prop_map(Op::Move),
        2 => page.prop_map(Op::Clean),
        3 => Just(Op::Fork),
        2 => Just(Op::Switch),
    ]
}

/// What one page of a process is promised to be.
#[derive(Clone, Copy, Default)]
struct Cell {
    value: u64,
    read_only: bool,
    /// Written, by this process alone, since it was cleaned.
    dirty: bool,
}

struct Both {
    process: Process,
    cells: [Cell; PAGES],
}

/// A page that a device or a pin may write, and whose it is, unless it was given back.
struct Held {
    page: *mut page,
    owner: Option<(usize, usize)>,
}

#[derive(Default)]
struct Run {
    all: Vec<Both>,
    current: usize,
    written: u64,
    /// What the device has: a result for each page that it asked for.
    results: Vec<*mut page>,
    taken: Vec<Held>,
    pin: Option<Held>,
}

impl Run {
    fn new(levels: u32) -> Self {
        machine::boot();
        let process = Process::new(levels);
        process.map_anon(HOME..address(PAGES));
        (0..PAGES).for_each(|page| machine::watch(process.0, address(page)));
        let cells = Default::default();
        Self {
            all: vec![Both { process, cells }],
            ..Self::default()
        }
    }

    fn run(&mut self, op: Op) {
        let process = self.all[self.current].process;
        match op {
            Op::Read(page) => {
                self.let_go_of(page);
                let value = self.cell(page).value;
                assert_eq!(process.load(address(page)), Ok(value));
            }
            Op::Write(page) => {
                self.let_go_of(page);
                let value = self.next();
                let stored = process.store(address(page), value);
                if self.cell(page).read_only {
                    assert_eq!(stored, Err(Fault::Segv));
                } else {
                    assert_eq!(stored, Ok(()));
                    self.is_written((self.current, page), value);
                }
            }
            Op::Take(pages) => self.take(pages),
            Op::Release => self.release(),
            Op::Pin(page) => self.pin(page),
            Op::PinWrite => {
                let pin = self.pin.take();
                pin.iter().for_each(|pin| {
                    called("write by a pin");
                    self.write(pin);
                });
                self.pin = pin;
            }
            Op::Unpin => self.unpin(),
            Op::Protect(pages) => self.protect(pages, true),
            Op::Allow(pages) => self.protect(pages, false),
            Op::Drop(page) => {
                process.drop_anon(address(page)..address(page + 1));
                let here = Some((self.current, page));
                let held = self.taken.iter_mut().chain(self.pin.as_mut());
                held.filter(|held| held.owner == here)
                    .for_each(|held| held.owner = None);
                let cell = self.cell(page);
                (cell.value, cell.dirty) = (0, false);
            }
            Op::Move(pages) => self.there_and_back(pages),
            Op::Clean(page) => {
                let present = process.raw_pte(address(page)) & FORMAT.valid != 0;
                process.clean(address(page));
                self.cell(page).dirty &= !present;
            }
            Op::Fork => self.fork(),
            Op::Switch => self.current = (self.current + 1) % self.all.len(),
        }
        self.check();
    }

    fn cell(&mut self, page: usize) -> &mut Cell {
        &mut self.all[self.current].cells[page]
    }

    fn next(&mut self) -> u64 {
        self.written += 1;
        self.written
    }

    fn is_written(&mut self, (process, page): (usize, usize), value: u64) {
        let cell = &mut self.all[process].cells[page];
        (cell.value, cell.dirty) = (value, true);
    }

    /// Writes a page that is not written by way of an entry.
    fn write(&mut self, held: &Held) {
        let value = self.next();
        // SAFETY: A reference keeps the page, or a pin does.
        unsafe {
            (*held.page).word.store(value, SeqCst);
            (*page_folio(held.page)).dirty.set(true);
        }
        if let Some(owner) = held.owner {
            self.is_written(owner, value);
        }
    }

    /// A thread would wait for the device, and there is one thread.
    fn let_go_of(&mut self, page: usize) {
        let here = Some((self.current, page));
        if self.taken.iter().any(|held| held.owner == here) {
            self.release();
        }
    }

    /// All pages that may be written are taken, and no other.
    fn take(&mut self, pages: Range<usize>) {
        self.release();
        let Both { process, cells } = &self.all[self.current];
        let (count, results) = process.take_for_device(address(pages.start), pages.len());
        let mut taken = Vec::new();
        for (page, result) in pages.zip(&results) {
            if cells[page].read_only {
                assert_eq!(*result, EFAULT.to_ptr());
            } else {
                assert!(result.addr() as isize > 0, "a page is not taken");
                taken.push(Held {
                    page: *result,
                    owner: Some((self.current, page)),
                });
            }
        }
        assert_eq!(count, taken.len());
        taken.iter().for_each(|held| self.write(held));
        (self.results, self.taken) = (results, taken);
    }

    fn release(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        taken.iter().for_each(|held| self.write(held));
        let mut results = std::mem::take(&mut self.results);
        self.all[0].process.release(&mut results);
    }

    fn pin(&mut self, page: usize) {
        self.unpin();
        let process = self.all[self.current].process;
        self.pin = process.pin_fast(address(page), true).map(|pinned| Held {
            page: pinned,
            owner: Some((self.current, page)),
        });
    }

    fn unpin(&mut self) {
        if let Some(pin) = self.pin.take() {
            self.all[0].process.unpin(pin.page);
        }
    }

    fn protect(&mut self, pages: Range<usize>, read_only: bool) {
        let range = address(pages.start)..address(pages.end);
        let both = &mut self.all[self.current];
        both.process.mprotect(range, !read_only).expect("memory");
        both.cells[pages]
            .iter_mut()
            .for_each(|cell| cell.read_only = read_only);
    }

    /// Whatever is pinned stays.
    fn there_and_back(&mut self, pages: Range<usize>) {
        let process = self.all[self.current].process;
        let moved = process.collect(address(pages.start), pages.len());
        let pinned = self.pin.as_ref().and_then(|pin| pin.owner);
        for (page, moved) in pages.clone().zip(&moved) {
            let stays = pinned == Some((self.current, page));
            assert!(!stays || *moved == 0, "a page that is pinned is moved");
            called(match (stays, *moved) {
                (true, _) => "pinned page stays",
                (false, 0) => "page stays",
                (false, _) => "page moves",
            });
        }
        process.put_back(address(pages.start), &moved);
    }

    fn fork(&mut self) {
        self.release();
        if self.all.len() > 1 {
            self.end_child();
            return;
        }
        let process = self.all[0].process.fork().expect("memory");
        for page in (0..PAGES).map(address) {
            match (self.all[0].process.page(page), process.page(page)) {
                (_, None) => {}
                (of_parent, of_child) if of_parent == of_child => called("page shared at fork"),
                _ => called("page copied at fork"),
            }
        }
        (0..PAGES).for_each(|page| machine::watch(process.0, address(page)));
        // What parent and child share is dirty by whichever entry.
        self.all[0]
            .cells
            .iter_mut()
            .for_each(|cell| cell.dirty = false);
        let cells = self.all[0].cells;
        self.all.push(Both { process, cells });
    }

    fn end_child(&mut self) {
        if self
            .pin
            .as_ref()
            .is_some_and(|pin| pin.owner.is_some_and(|(of, _)| of == 1))
        {
            self.unpin();
        }
        if let Some(child) = self.all.pop() {
            child.process.drop_anon(HOME..address(PAGES));
            child.process.exit();
        }
        self.current = 0;
    }

    fn check(&self) {
        for both in &self.all {
            (0..PAGES).for_each(|page| both.check(page));
        }
        for held in &self.taken {
            if let Some((process, page)) = held.owner {
                self.all[process].assert_exclusive(page, held.page);
            }
        }
        assert_eq!(machine::take_warnings(), 0);
    }

    /// Nothing is left of processes that have ended.
    fn end(mut self) {
        self.release();
        self.unpin();
        while !self.all.is_empty() {
            self.end_child();
        }
        assert_eq!(machine::tables(), 0);
        assert_eq!(free_pages(), 0, "references or mappings are not balanced");
        remember();
    }
}

/// Remembers what a program has met.
fn remember() {
    meets_events(&[
        ("page taken", vm_event_item_DEVICE_EXCLUSIVE_MAKE),
        ("page taken back", vm_event_item_DEVICE_EXCLUSIVE_RESTORE),
        (
            "page asked for again",
            vm_event_item_DEVICE_EXCLUSIVE_REMAKE,
        ),
    ]);
    for name in [
        "pinned page stays",
        "page moves",
        "page shared at fork",
        "page copied at fork",
        "write by a pin",
    ] {
        meets(name, machine::take_calls(name));
    }
}

impl Both {
    /// The page has what it should have, and may be written only by the one that has it alone.
    fn check(&self, page: usize) {
        let (raw, cell) = (self.process.raw_pte(address(page)), &self.cells[page]);
        let Some(found) = self.process.page(address(page)) else {
            assert_eq!(cell.value, 0, "page {page} is lost");
            return;
        };
        // SAFETY: The entry has a reference.
        let (value, folio) = unsafe { ((*found).word.load(SeqCst), &*(*found).folio) };
        assert_eq!(value, cell.value, "page {page}");
        let present = raw & FORMAT.valid != 0;
        if present && FORMAT.writable(raw) {
            assert!(!cell.read_only, "page {page} may be written");
            assert_eq!(
                folio.mapcount.get(),
                1,
                "page {page} is shared, and may be written"
            );
        }
        let dirty = folio.dirty.get() || present && FORMAT.is_dirty(raw);
        assert!(
            dirty || !cell.dirty,
            "page {page} was written, and is clean"
        );
        let mappings = folio.mapcount.get();
        let pinned = folio.refs.get() % GUP_PIN_COUNTING_BIAS;
        assert!(mappings <= pinned, "page {page} has {pinned} references");
        for seen in remembered(self.process.0, address(page), address(page + 1)) {
            let same = present && seen.pfn == FORMAT.pfn(0, raw);
            assert!(same, "a TLB keeps {seen:x?} of page {page}");
            assert!(
                !seen.writable || FORMAT.writable(raw),
                "a TLB may write page {page}"
            );
        }
    }

    /// The entry names the page, so that no CPU has it.
    fn assert_exclusive(&self, page: usize, held: *mut page) {
        let raw = self.process.raw_pte(address(page));
        // SAFETY: The value alone is looked at, and a reference keeps the page.
        let (kind, pfn) = unsafe { (pte_softleaf_type(pte_t { pte: raw }), page_to_pfn(held)) };
        assert_eq!(kind, softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE);
        assert_eq!(FORMAT.unswap(raw).1, pfn, "page {page} has two owners");
    }
}

#[test]
fn has_what_was_written() {
    run_programs((400, 40), op(), Just(()), |levels, (), program| {
        let mut run = Run::new(levels);
        program.into_iter().for_each(|op| run.run(op));
        run.end();
    });
}

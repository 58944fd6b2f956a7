// SPDX-License-Identifier: GPL-2.0

//! Random operations on a BAR, done to the layer and to what it promises.

use kernel::{
    bindings::{
        vm_event_item_PFNMAP_FAULT_PMD, vm_event_item_PFNMAP_FAULT_PTE,
        vm_event_item_PFNMAP_FAULT_PUD, vm_event_item_PFNMAP_SPLIT,
        vm_event_item_PFNMAP_SPLIT_FAILED, vm_event_item_THP_SPLIT_PMD,
        vm_event_item_THP_SPLIT_PUD,
    },
    format::{Level, FORMAT},
    machine::{self, fail_allocations_after},
};
use programs::{meets, meets_events, run_programs};
use proptest::prelude::*;
use std::ops::Range;
use tests::{
    meaning::{Block, Meaning},
    process::{pages, Bar, Process, LARGEST},
};

mod programs;

/// Blocks of the largest size that the file has.
const BLOCKS: usize = 3;

/// Where the file is mapped, and where parts of it are moved to.
const HOME: usize = 8 * FORMAT.size(LARGEST);
const AWAY: usize = 16 * FORMAT.size(LARGEST);

/// What a process may do. Places are numbers of [`mark()`].
#[derive(Clone, Copy, Debug)]
enum Op {
    Read(usize),
    Write(usize),
    /// The driver takes a part of the file away from all.
    Unmap(usize, usize),
    Protect(usize, usize),
    Allow(usize, usize),
    Munmap(usize, usize),
    /// Moved away, after where it would be aligned by the last place's offset, and back.
    Move(usize, usize, usize),
    /// A child is made, if there is none, or ends.
    Fork,
    /// The next operations are the child's, if there is one.
    Switch,
    /// The operation that follows runs out of memory after so many allocations.
    Fail(usize),
}

/// Offsets in a block at which things go wrong, in bytes.
fn offsets() -> [usize; 6] {
    let (page, block, largest) = (
        FORMAT.size(0),
        FORMAT.size(LARGEST - 1),
        FORMAT.size(LARGEST),
    );
    [0, page, block, block + page, largest / 2, largest - page]
}

const MARKS: usize = BLOCKS * 6 + 1;

/// Returns a place in the file, in bytes.
fn mark(n: usize) -> usize {
    n / 6 * FORMAT.size(LARGEST) + offsets()[n % 6]
}

fn range(a: usize, b: usize) -> Range<usize> {
    mark(a.min(b))..mark(a.max(b))
}

/// What is in the file, where it is mapped.
fn home(a: usize, b: usize) -> Range<usize> {
    let range = range(a, b);
    HOME + range.start..HOME + range.end
}

fn op() -> impl Strategy<Value = Op> {
    let place = 0..MARKS - 1;
    let ends = (0..MARKS, 0..MARKS);
    prop_oneof![
        4 => place.clone().prop_map(Op::Read),
        4 => place.prop_map(Op::Write),
        3 => ends.clone().prop_map(|(a, b)| Op::Unmap(a, b)),
        2 => ends.clone().prop_map(|(a, b)| Op::Protect(a, b)),
        2 => ends.clone().prop_map(|(a, b)| Op::Allow(a, b)),
        1 => ends.clone().prop_map(|(a, b)| Op::Munmap(a, b)),
        1 => (ends, 0..6usize).prop_map(|((a, b), to)| Op::Move(a, b, to)),
        2 => Just(Op::Fork),
        1 => Just(Op::Switch),
        3 => (0..4usize).prop_map(Op::Fail),
    ]
}

/// A process, and what it is promised to map.
struct Both {
    process: Process,
    meaning: Meaning,
    /// The parts of the file that it maps, and whether it may write.
    vmas: Vec<(Range<usize>, bool)>,
}

impl Both {
    /// The block of `level` that a fault at `addr` may map, now.
    fn fitting(&self, base: usize, addr: usize, level: Level) -> Option<Block> {
        let start = addr & !(FORMAT.size(level) - 1);
        let end = start + FORMAT.size(level);
        let (vma, writable) = self.vma(addr)?;
        let pfn = base + ((start.checked_sub(HOME)?) >> FORMAT.page_shift);
        let fits = vma.start <= start && end <= vma.end && pfn % pages(level) == 0;
        let free = !machine::has_table(self.process.0, level, addr);
        (fits && free).then_some(Block {
            level,
            pfn,
            writable,
            young: true,
            dirty: false,
        })
    }

    fn vma(&self, addr: usize) -> Option<(Range<usize>, bool)> {
        self.vmas
            .iter()
            .find(|(range, _)| range.contains(&addr))
            .cloned()
    }

    /// Makes `range` vmas of its own, with other rights or the same, or none.
    fn set_vma(&mut self, range: &Range<usize>, rights: impl Fn(bool) -> Option<bool>) {
        let mut vmas = Vec::new();
        for (vma, write) in self.vmas.drain(..) {
            let (from, to) = (
                range.start.clamp(vma.start, vma.end),
                range.end.clamp(vma.start, vma.end),
            );
            if from >= to {
                vmas.push((vma, write));
                continue;
            }
            vmas.push((vma.start..from, write));
            vmas.extend(rights(write).map(|write| (from..to, write)));
            vmas.push((to..vma.end, write));
        }
        vmas.retain(|(vma, _)| !vma.is_empty());
        self.vmas = vmas;
    }

    /// The tables are what is promised, but for what an operation that ran out of memory may lose.
    fn settle(&mut self, may_lose: &[Range<usize>]) {
        let found = Meaning::of(self.process);
        if may_lose.is_empty() {
            found.assert_is(&self.meaning);
        } else {
            found.assert_is_part_of(&self.meaning);
            found.assert_has_all_of(&self.meaning, may_lose);
            self.meaning = found;
        }
        self.meaning.assert_remembered(self.process);
    }
}

/// A program that runs.
struct Run {
    bar: Bar,
    base: usize,
    all: Vec<Both>,
    current: usize,
    failing: bool,
}

impl Run {
    fn new(levels: u32, base: usize) -> Self {
        machine::boot();
        let (bar, process) = (Bar::new(base), Process::new(levels));
        let vma = HOME..HOME + BLOCKS * FORMAT.size(LARGEST);
        process.map(bar, vma.clone(), 0);
        watch(process);
        let first = Both {
            process,
            meaning: Meaning::default(),
            vmas: vec![(vma, true)],
        };
        Self {
            bar,
            base,
            all: vec![first],
            current: 0,
            failing: false,
        }
    }

    fn run(&mut self, op: Op) {
        let now = self.current;
        let may_lose = self.may_lose(op);
        match op {
            Op::Read(at) => self.touch(HOME + mark(at), false),
            Op::Write(at) => self.touch(HOME + mark(at), true),
            Op::Unmap(a, b) if mark(a) != mark(b) => {
                let range = home(a, b);
                self.bar.unmap(
                    (range.start - HOME) / FORMAT.size(0)..(range.end - HOME) / FORMAT.size(0),
                );
                self.all
                    .iter_mut()
                    .for_each(|both| both.meaning.unmap(range.clone()));
            }
            Op::Protect(a, b) if mark(a) != mark(b) => self.protect(home(a, b), false),
            Op::Allow(a, b) if mark(a) != mark(b) => self.protect(home(a, b), true),
            Op::Munmap(a, b) if mark(a) != mark(b) => {
                let range = home(a, b);
                self.all[now].process.munmap(range.clone());
                self.all[now].meaning.unmap(range.clone());
                self.all[now].set_vma(&range, |_| None);
            }
            Op::Move(a, b, to) if mark(a) != mark(b) => self.there_and_back(home(a, b), to),
            Op::Unmap(..) | Op::Protect(..) | Op::Allow(..) | Op::Munmap(..) | Op::Move(..) => {}
            Op::Fork => self.fork(),
            Op::Switch => self.current = (now + 1) % self.all.len(),
            Op::Fail(n) => {
                fail_allocations_after(Some(n));
                self.failing = true;
                return;
            }
        }
        fail_allocations_after(None);
        self.failing = false;
        for (i, both) in self.all.iter_mut().enumerate() {
            both.settle(may_lose.get(i).map_or(&[], |ranges| ranges));
        }
        WATCHED.iter().for_each(|at| self.look(HOME + mark(*at)));
        assert_eq!(machine::take_warnings(), 0);
    }

    /// What each process may lose by an operation without memory: a block across an end of what is unmapped,
    /// and a block that does not fit where it is moved.
    fn may_lose(&self, op: Op) -> Vec<Vec<Range<usize>>> {
        let (range, everywhere, moves) = match op {
            Op::Unmap(a, b) => (home(a, b), true, false),
            Op::Munmap(a, b) => (home(a, b), false, false),
            Op::Move(a, b, _) => (home(a, b), false, true),
            _ => return Vec::new(),
        };
        let of = |(i, both): (usize, &Both)| {
            let mut ranges = Vec::new();
            if self.failing && (everywhere || i == self.current) {
                ranges.extend(both.meaning.across(range.start));
                ranges.extend(both.meaning.across(range.end));
                ranges.extend(moves.then(|| range.clone()));
            }
            ranges
        };
        self.all.iter().enumerate().map(of).collect()
    }

    /// A lookup before and after says what is mapped.
    fn touch(&mut self, addr: usize, write: bool) {
        self.look(addr);
        let base = self.base;
        let both = &mut self.all[self.current];
        let vma = both.vma(addr);
        let fitting: Vec<_> = (0..=LARGEST)
            .map(|level| both.fitting(base, addr, level))
            .collect();
        let found = both.process.touch(addr, write);
        let may = vma.is_some_and(|(_, writable)| writable || !write);
        match found {
            Ok(pfn) => {
                assert!(may, "an access succeeds that may not");
                assert_eq!(pfn, base + ((addr - HOME) >> FORMAT.page_shift));
                both.meaning
                    .touch(addr, write, |level| fitting[level as usize]);
            }
            Err(fault) => assert!(self.failing || !may, "{fault:?}"),
        }
        self.look(addr);
    }

    fn look(&self, addr: usize) {
        let both = &self.all[self.current];
        let found = both
            .process
            .follow(addr, |found| (found.pfn, found.size, found.writable));
        let promised = both.meaning.at(addr);
        assert_eq!(
            found.ok(),
            promised.map(|(block, pfn)| (pfn, FORMAT.size(block.level), block.writable))
        );
    }

    fn protect(&mut self, range: Range<usize>, write: bool) {
        let both = &mut self.all[self.current];
        match both.process.mprotect(range.clone(), write) {
            Ok(()) => {
                both.meaning.protect(range.clone(), write);
                both.set_vma(&range, |_| Some(write));
            }
            // What was split at the first end stays split.
            Err(_) => {
                assert!(self.failing, "mprotect() fails without a reason");
                both.meaning = same_frames(both);
            }
        }
    }

    fn there_and_back(&mut self, range: Range<usize>, to: usize) {
        let both = &mut self.all[self.current];
        // What is not aligned to a block any more moves page by page: not all of the file.
        let small = range.len() <= 2 * FORMAT.size(1);
        let after = offsets()[to]
            & if small {
                !0
            } else {
                !(FORMAT.size(LARGEST - 1) - 1)
            };
        let away = AWAY + (range.start - HOME) + if LARGEST == 2 || small { after } else { 0 };
        for (from, to) in [
            (range.clone(), away),
            (away..away + range.len(), range.start),
        ] {
            let moved = both.process.mremap(from.clone(), to);
            if moved.is_err() {
                assert!(self.failing, "mremap() fails without a reason");
                // What is left of it is where it was, or away; nothing else is lost.
                fail_allocations_after(None);
                for range in [away..away + range.len(), range.clone()] {
                    both.process.munmap(range.clone());
                    both.meaning.unmap(range);
                }
                both.meaning = same_frames(both);
                both.set_vma(&range, |_| None);
                return;
            }
            if both.meaning.0.range(from.clone()).next().is_some() {
                machine::called("mremap");
            }
            both.meaning.relocate(from, to);
        }
        both.set_vma(&range, Some);
    }

    fn fork(&mut self) {
        if self.all.len() > 1 {
            self.all.swap_remove(1).process.exit();
            self.current = 0;
            return;
        }
        let parent = &self.all[0];
        match parent.process.fork() {
            Ok(process) => {
                watch(process);
                let (meaning, vmas) = (parent.meaning.fork(), parent.vmas.clone());
                self.all.push(Both {
                    process,
                    meaning,
                    vmas,
                });
            }
            Err(_) => assert!(self.failing, "fork() fails without a reason"),
        }
    }

    /// Nothing is left of processes that have ended.
    fn end(self) {
        self.all.iter().for_each(|both| both.process.exit());
        assert_eq!(machine::tables(), 0);
        remember();
    }
}

/// Places that hardware looks up at every step, and a lookup after each operation.
const WATCHED: [usize; 5] = [0, 1, 3, 8, 13];

fn watch(process: Process) {
    for at in WATCHED {
        machine::watch(process.0, HOME + mark(at));
    }
}

/// Remembers what a program has met.
fn remember() {
    let mut events = vec![
        ("fault by a PTE", vm_event_item_PFNMAP_FAULT_PTE),
        ("fault by a PMD", vm_event_item_PFNMAP_FAULT_PMD),
        ("split of a PMD", vm_event_item_THP_SPLIT_PMD),
        ("split", vm_event_item_PFNMAP_SPLIT),
        ("split without memory", vm_event_item_PFNMAP_SPLIT_FAILED),
    ];
    if LARGEST == 2 {
        events.push(("fault by a PUD", vm_event_item_PFNMAP_FAULT_PUD));
        events.push(("split of a PUD", vm_event_item_THP_SPLIT_PUD));
    }
    meets_events(&events);
    meets("copied block", machine::take_traced("pfnmap_copy").len());
    meets("moved block", machine::take_calls("mremap"));
    meets("failed allocation", machine::take_failures());
}

/// What the tables mean, after an operation that failed: other blocks maybe, but nothing else.
fn same_frames(both: &Both) -> Meaning {
    let found = Meaning::of(both.process);
    found.assert_is_part_of(&both.meaning);
    found.assert_has_all_of(&both.meaning, &[]);
    found
}

/// Frames of a BAR that starts where a block of the largest size does, of a smaller, or of none.
fn base() -> impl Strategy<Value = usize> {
    let high = FORMAT.pfn_limit() / 2;
    prop_oneof![
        4 => Just(high),
        1 => Just(high + pages(LARGEST - 1)),
        1 => Just(high + pages(1)),
        1 => Just(high + 1),
    ]
}

#[test]
fn does_what_is_promised() {
    run_programs((128, 24), op(), base(), |levels, base, program| {
        let mut run = Run::new(levels, base);
        program.into_iter().for_each(|op| run.run(op));
        run.end();
    });
}

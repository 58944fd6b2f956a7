// SPDX-License-Identifier: GPL-2.0

//! What operations do to each other, in every order of their steps.
//!
//! Each test is a claim that a comment of the layer makes, and `mutants/` has a change of the layer for
//! each that breaks the claim: `dev/harness` shows that the test then fails.

use kernel::{
    bindings::{page_to_pfn, pte_softleaf_type, pte_t, softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE},
    format::FORMAT,
    machine,
};
use tests::{
    meaning::Meaning,
    process::{pages, Bar, Process, LARGEST},
};
use threads::every_order;

mod threads;

/// Where the file is mapped.
const HOME: usize = 8 * FORMAT.size(LARGEST);
const BLOCK: usize = FORMAT.size(1);
const PAGE: usize = FORMAT.size(0);
/// The frames of the file.
const PFN: usize = FORMAT.pfn_limit() / 2;

macro_rules! threads {
    ($($body:expr),+ $(,)?) => {
        vec![$(Box::new($body)),+]
    };
}

/// A process that maps a block of the size of a PMD, as one: no fault maps more.
fn one_block() -> (Bar, Process) {
    let (bar, process) = (Bar::new(PFN), Process::new(FORMAT.levels[0]));
    process.map(bar, HOME..HOME + BLOCK, 0);
    process.touch(HOME, false).expect("a block");
    (bar, process)
}

/// Ends processes, and looks that nothing is left.
fn end(processes: &[Process]) {
    processes.iter().for_each(|process| process.exit());
    assert_eq!(machine::tables(), 0);
    assert_eq!(machine::take_warnings(), 0);
}

/// What is mapped, if anything, is what the file has there.
fn assert_of_file(process: Process) {
    let meaning = Meaning::of(process);
    for (start, block) in &meaning.0 {
        assert_eq!(block.pfn, PFN + ((start - HOME) >> FORMAT.page_shift));
    }
    meaning.assert_remembered(process);
}

/// `fork()` copies an entry below the locks of both, and an unmap comes to the child's vma after the
/// parent's: either fork finds nothing, or the unmap finds the copy.
#[test]
fn fork_against_unmap() {
    every_order(2, || {
        let (bar, parent) = one_block();
        let child = std::sync::Arc::new(std::sync::OnceLock::new());
        let forked = child.clone();
        (
            threads![
                move || drop(forked.set(parent.fork().expect("a child"))),
                move || bar.unmap(0..pages(1)),
            ],
            Box::new(move || {
                let child = *child.get().expect("a child");
                for process in [parent, child] {
                    Meaning::of(process).assert_is(&Meaning::default());
                    Meaning::default().assert_remembered(process);
                }
                end(&[child, parent]);
            }),
        )
    });
}

/// A split changes no translation, and no bit, whatever hardware does meanwhile; a thread that touches
/// the block waits, and no CPU sees it by entries of two sizes.
#[test]
fn split_against_fault() {
    every_order(2, || {
        let (bar, process) = one_block();
        (
            threads![move || bar.unmap(0..1), move || assert_eq!(
                process.touch(HOME + 5 * PAGE, true),
                Ok(PFN + 5)
            ),],
            Box::new(move || {
                let meaning = Meaning::of(process);
                assert_eq!(meaning.0.len(), FORMAT.entries() - 1);
                assert_of_file(process);
                // Written before the split, the block was dirty; after it, the page.
                assert!(meaning.0[&(HOME + 5 * PAGE)].dirty, "a dirty bit is lost");
                end(&[process]);
            }),
        )
    });
}

/// Of two faults on an empty entry one maps the block, and the other finds it: a write that comes second
/// makes it dirty.
#[test]
fn fault_against_fault() {
    every_order(2, || {
        let (bar, process) = (Bar::new(PFN), Process::new(FORMAT.levels[0]));
        process.map(bar, HOME..HOME + BLOCK, 0);
        (
            threads![
                move || assert_eq!(process.touch(HOME, false), Ok(PFN)),
                move || assert_eq!(process.touch(HOME + PAGE, true), Ok(PFN + 1)),
            ],
            Box::new(move || {
                let meaning = Meaning::of(process);
                assert_eq!(meaning.0.len(), 1);
                assert!(meaning.0[&HOME].dirty);
                assert_of_file(process);
                end(&[process]);
            }),
        )
    });
}

/// Two faults on a block, and an unmap of a part of it: a table is never written over, and the part
/// is not mapped by what was read before.
#[test]
fn fault_against_unmap() {
    every_order(1, || {
        let (bar, process) = one_block();
        (
            threads![
                move || bar.unmap(0..1),
                move || assert_eq!(process.touch(HOME, true), Ok(PFN)),
                move || assert_eq!(process.touch(HOME + PAGE, true), Ok(PFN + 1)),
            ],
            Box::new(move || {
                assert_of_file(process);
                end(&[process]);
            }),
        )
    });
}

/// A lookup tries again where an entry has changed under it: a split takes nothing away.
#[test]
fn follow_against_split() {
    every_order(2, || {
        let (bar, process) = one_block();
        (
            threads![move || bar.unmap(0..1), move || assert_eq!(
                process.follow(HOME + PAGE, |found| found.pfn),
                Ok(PFN + 1)
            ),],
            Box::new(move || {
                assert_of_file(process);
                end(&[process]);
            }),
        )
    });
}

/// While a lookup is held, what it found is mapped.
#[test]
fn follow_against_unmap() {
    every_order(2, || {
        let (bar, process) = one_block();
        (
            threads![move || bar.unmap(0..pages(1)), move || {
                let _ = process.follow(HOME + PAGE, |found| {
                    machine::step();
                    let (block, pfn) = Meaning::of(process).at(HOME + PAGE).expect("a leaf");
                    assert_eq!((pfn, FORMAT.size(block.level)), (found.pfn, found.size));
                });
            },],
            Box::new(move || {
                Meaning::of(process).assert_is(&Meaning::default());
                Meaning::default().assert_remembered(process);
                end(&[process]);
            }),
        )
    });
}

/// A move against an unmap: the unmap finds a leaf in its old place or in its new one.
#[test]
fn move_against_unmap() {
    every_order(2, || {
        let (bar, process) = one_block();
        (
            threads![
                move || process
                    .mremap(HOME..HOME + BLOCK, 2 * HOME)
                    .expect("memory"),
                move || bar.unmap(0..pages(1)),
            ],
            Box::new(move || {
                Meaning::of(process).assert_is(&Meaning::default());
                Meaning::default().assert_remembered(process);
                end(&[process]);
            }),
        )
    });
}

/// A process with two pages of memory, which it has written.
fn two_pages() -> Process {
    let process = Process::new(FORMAT.levels[0]);
    process.map_anon(HOME..HOME + 2 * PAGE);
    for page in 0..2 {
        process.touch(HOME + page * PAGE, true).expect("memory");
    }
    process
}

/// Takes the memory away, after which no folio has a reference, a mapping or a lock.
fn end_anon(processes: &[Process]) {
    processes
        .iter()
        .for_each(|process| process.drop_anon(HOME..HOME + 2 * PAGE));
    end(processes);
    assert_eq!(
        kernel::bindings::free_pages(),
        0,
        "references or mappings are not balanced"
    );
}

/// gup-fast pins a page and reads its entry again; a run clears the entry, flushes, and then asks for
/// pins. So a page that is being moved is not pinned, and the run puts back what is.
fn run_against_gup(write: bool) {
    every_order(2, move || {
        let process = two_pages();
        let pinned = std::sync::Arc::new(std::sync::OnceLock::new());
        let moved = std::sync::Arc::new(std::sync::OnceLock::new());
        let (pins, moves) = (pinned.clone(), moved.clone());
        (
            threads![
                move || drop(
                    pins.set(
                        process
                            .pin_fast(HOME + PAGE, write)
                            .map(|page| page as usize)
                    )
                ),
                move || drop(moves.set(process.collect(HOME, 2))),
            ],
            Box::new(move || {
                let moved = moved.get().expect("done");
                assert_ne!(moved[0], 0);
                if let Some(page) = *pinned.get().expect("done") {
                    let page = page as *mut kernel::bindings::page;
                    let taken = moved.get(1).is_some_and(|page| *page != 0);
                    assert!(!taken, "a page that is pinned is moved");
                    process.unpin(page);
                }
                process.put_back(HOME, moved);
                end_anon(&[process]);
            }),
        )
    });
}

#[test]
fn run_against_gup_for_write() {
    run_against_gup(true);
}

#[test]
fn run_against_gup_to_read() {
    run_against_gup(false);
}

/// Once a page is being moved no CPU writes it by what its TLB remembers.
#[test]
fn run_against_write() {
    every_order(2, || {
        let process = two_pages();
        (
            threads![move || drop(process.access(HOME, true)), move || {
                let moved = process.collect(HOME, 1);
                assert_ne!(moved[0], 0);
                assert_eq!(machine::remembered(process.0, HOME, HOME + PAGE), []);
                process.put_back(HOME, &moved);
            },],
            Box::new(move || end_anon(&[process])),
        )
    });
}

/// While a device has a page no CPU has it, and a CPU that wants it waits until the device lets go.
#[test]
fn take_against_touch() {
    every_order(1, || {
        let process = two_pages();
        (
            threads![
                move || {
                    let (_, mut results) = process.take_for_device(HOME, 2);
                    for (i, page) in results
                        .iter()
                        .enumerate()
                        .filter(|(_, page)| is_page(**page))
                    {
                        assert_exclusive(process, HOME + i * PAGE, *page);
                    }
                    process.release(&mut results);
                },
                move || drop(process.touch(HOME, true).expect("memory")),
                move || drop(process.touch(HOME + PAGE, false).expect("memory")),
            ],
            Box::new(move || end_anon(&[process])),
        )
    });
}

fn is_page(result: *mut kernel::bindings::page) -> bool {
    (result.addr() as isize) > 0
}

/// The entry names the page, and no TLB has it.
fn assert_exclusive(process: Process, addr: usize, page: *mut kernel::bindings::page) {
    let raw = process.raw_pte(addr);
    // SAFETY: The value alone is looked at.
    let kind = unsafe { pte_softleaf_type(pte_t { pte: raw }) };
    assert_eq!(
        kind, softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE,
        "a CPU has what a device has"
    );
    // SAFETY: A reference to the page is the device's.
    assert_eq!(FORMAT.unswap(raw).1, unsafe { page_to_pfn(page) });
    assert_eq!(machine::remembered(process.0, addr, addr + PAGE), []);
}

/// Two devices, or two threads of one driver, never have one page.
#[test]
fn take_against_take() {
    every_order(1, || {
        let process = two_pages();
        let take = move || {
            let (_, mut results) = process.take_for_device(HOME, 2);
            for (i, page) in results
                .iter()
                .enumerate()
                .filter(|(_, page)| is_page(**page))
            {
                assert_exclusive(process, HOME + i * PAGE, *page);
            }
            process.release(&mut results);
        };
        (threads![take, take], Box::new(move || end_anon(&[process])))
    });
}

/// A child shares what its parent has, or gets a copy: a page that a device has is no other's.
#[test]
fn take_against_fork() {
    every_order(1, || {
        let process = two_pages();
        let child = std::sync::Arc::new(std::sync::OnceLock::new());
        let forked = child.clone();
        (
            threads![
                move || {
                    let (_, mut results) = process.take_for_device(HOME, 2);
                    process.release(&mut results);
                },
                move || drop(forked.set(process.fork().expect("a child"))),
            ],
            Box::new(move || end_anon(&[*child.get().expect("a child"), process])),
        )
    });
}

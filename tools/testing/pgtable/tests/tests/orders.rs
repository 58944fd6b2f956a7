// SPDX-License-Identifier: GPL-2.0

//! What operations on a BAR do to each other, in every order of their steps with at most two preemptions,
//! or one, and in random orders.
//!
//! Each test is a claim that a comment of the layer makes, and `mutants/` has a change of the layer for
//! each that breaks the claim: `dev/harness` shows that the test then fails.

// Shuttle switches stacks, which Miri cannot.
#![cfg(not(miri))]

use kernel::{format::FORMAT, machine};
use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};
use tests::{
    meaning::Meaning,
    process::{pages, Bar, Process, LARGEST},
};
use threads::{end, every_order, happens, threads};

mod threads;

/// Where the file is mapped.
const HOME: usize = 8 * FORMAT.size(LARGEST);
const BLOCK: usize = FORMAT.size(1);
const PAGE: usize = FORMAT.size(0);
/// The frames of the file.
const PFN: usize = FORMAT.pfn_limit() / 2;

/// A process that maps a block of the size of a PMD, as one: no fault maps more.
fn one_block() -> (Bar, Process) {
    let (bar, process) = (Bar::new(PFN), Process::new(FORMAT.levels[0]));
    process.map(bar, HOME..HOME + BLOCK, 0);
    process.touch(HOME, false).expect("a block");
    machine::watch(process.0, HOME);
    machine::watch(process.0, HOME + 5 * PAGE);
    (bar, process)
}

/// What is mapped, if anything, is what the file has there.
fn assert_of_file(process: Process) {
    let meaning = Meaning::of(process);
    for (start, block) in &meaning.0 {
        assert_eq!(block.pfn, PFN + ((start - HOME) >> FORMAT.page_shift));
    }
    meaning.assert_remembered(process);
}

fn assert_no_cpu_has(process: Process, range: Range<usize>) {
    let seen = machine::remembered(process.0, range.start, range.end);
    assert_eq!(seen, []);
}

/// `fork()` copies an entry below the locks of both, and an unmap comes to the child's vma after the
/// parent's: either fork finds nothing, or the unmap finds the copy.
#[test]
fn fork_against_unmap() {
    every_order(2, &["copied", "nothing to copy"], || {
        let (bar, parent) = one_block();
        let child = Arc::new(OnceLock::new());
        let forked = child.clone();
        (
            threads![
                move || {
                    let child = parent.fork().expect("a child");
                    let copied = machine::leaf_at(child.0, HOME).is_some();
                    happens(if copied { "copied" } else { "nothing to copy" });
                    forked.set(child).expect("once");
                },
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
    every_order(2, &["written before", "written after"], || {
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
                let before = meaning.0.values().all(|block| block.dirty);
                happens(if before {
                    "written before"
                } else {
                    "written after"
                });
                end(&[process]);
            }),
        )
    });
}

/// Of two faults on an empty entry one maps the block, and the other finds it: a write that comes second
/// makes it dirty.
#[test]
fn fault_against_fault() {
    every_order(2, &["one faults", "both fault"], || {
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
                // Of a leaf that is installed, and of one that is found and written.
                let told = machine::take_calls("update_mmu_cache");
                happens(if told == 1 {
                    "one faults"
                } else {
                    "both fault"
                });
                assert_of_file(process);
                end(&[process]);
            }),
        )
    });
}

/// A change of protection of a part write-locks the vma first, so that no fault maps a block across the
/// border that it makes.
#[test]
fn fault_against_protect() {
    every_order(2, &["a block is split", "a page is mapped"], || {
        let (bar, process) = (Bar::new(PFN), Process::new(FORMAT.levels[0]));
        process.map(bar, HOME..HOME + BLOCK, 0);
        (
            threads![
                move || process
                    .mprotect(HOME..HOME + 8 * PAGE, false)
                    .expect("memory"),
                move || assert_eq!(process.touch(HOME + 9 * PAGE, true), Ok(PFN + 9)),
            ],
            Box::new(move || {
                let meaning = Meaning::of(process);
                for block in meaning.0.values() {
                    assert!(block.level == 0 && block.writable == (block.pfn >= PFN + 8));
                }
                happens(match meaning.0.len() {
                    1 => "a page is mapped",
                    _ => "a block is split",
                });
                assert_of_file(process);
                end(&[process]);
            }),
        )
    });
}

/// Two faults on a block, mapped or not, and an unmap of a part of it: a table is never written over, and the part
/// is not mapped by what was read before.
#[test]
fn fault_against_unmap() {
    fault_on(one_block);
    fault_on(|| {
        let (bar, process) = (Bar::new(PFN), Process::new(FORMAT.levels[0]));
        process.map(bar, HOME..HOME + BLOCK, 0);
        (bar, process)
    });
}

fn fault_on(start: fn() -> (Bar, Process)) {
    every_order(1, &["mapped", "unmapped"], move || {
        let (bar, process) = start();
        (
            threads![
                move || bar.unmap(0..1),
                move || assert_eq!(process.touch(HOME, true), Ok(PFN)),
                move || assert_eq!(process.touch(HOME + PAGE, true), Ok(PFN + 1)),
            ],
            Box::new(move || {
                let mapped = machine::leaf_at(process.0, HOME).is_some();
                happens(if mapped { "mapped" } else { "unmapped" });
                assert_of_file(process);
                end(&[process]);
            }),
        )
    });
}

/// A lookup tries again where an entry has changed under it: a split takes nothing away.
#[test]
fn follow_against_split() {
    every_order(2, &["a block", "a page"], || {
        let (bar, process) = one_block();
        (
            threads![move || bar.unmap(0..1), move || {
                let found = process.follow(HOME + PAGE, |found| (found.pfn, found.size));
                let (pfn, size) = found.expect("a leaf");
                assert_eq!(pfn, PFN + 1);
                happens(if size == BLOCK { "a block" } else { "a page" });
            }],
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
    every_order(2, &["found", "gone"], || {
        let (bar, process) = one_block();
        (
            threads![move || bar.unmap(0..pages(1)), move || {
                let found = process.follow(HOME + PAGE, |found| {
                    machine::step();
                    let (block, pfn) = Meaning::of(process).at(HOME + PAGE).expect("a leaf");
                    assert_eq!((pfn, FORMAT.size(block.level)), (found.pfn, found.size));
                });
                happens(if found.is_ok() { "found" } else { "gone" });
            },],
            Box::new(move || {
                Meaning::of(process).assert_is(&Meaning::default());
                Meaning::default().assert_remembered(process);
                end(&[process]);
            }),
        )
    });
}

/// A move against an unmap: the unmap finds a leaf in its old place or in its new one, and once it is done
/// no CPU has either. A block moves as it is, and a part of it page by page.
#[test]
fn move_against_unmap() {
    for size in [BLOCK, 2 * PAGE] {
        every_order(2, &["moved", "nothing to move"], move || {
            let (bar, process) = one_block();
            (
                threads![
                    move || {
                        let moved = process.mremap(HOME..HOME + size, 2 * HOME);
                        moved.expect("memory");
                        let moved = machine::leaf_at(process.0, 2 * HOME).is_some();
                        happens(if moved { "moved" } else { "nothing to move" });
                    },
                    move || {
                        bar.unmap(0..size / PAGE);
                        assert_no_cpu_has(process, HOME..HOME + size);
                        assert_no_cpu_has(process, 2 * HOME..2 * HOME + size);
                    },
                ],
                Box::new(move || {
                    let meaning = Meaning::of(process);
                    for at in [HOME, HOME + size - 1, 2 * HOME, 2 * HOME + size - 1] {
                        assert_eq!(meaning.at(at), None, "what is unmapped is mapped");
                    }
                    meaning.assert_remembered(process);
                    end(&[process]);
                }),
            )
        });
    }
}

/// A part of a block moves, and the rest stays: a write that was done is known in the one place or the
/// other, and no CPU has what is gone.
#[test]
fn move_against_write() {
    every_order(2, &["written", "refused"], || {
        let (_, process) = one_block();
        let written = Arc::new(OnceLock::new());
        let result = written.clone();
        (
            threads![
                move || process
                    .mremap(HOME..HOME + 8 * PAGE, 2 * HOME)
                    .expect("memory"),
                move || {
                    let written = process.touch(HOME + 5 * PAGE, true).is_ok();
                    happens(if written { "written" } else { "refused" });
                    result.set(written).expect("once");
                },
            ],
            Box::new(move || {
                let meaning = Meaning::of(process);
                assert_eq!(meaning.0.len(), FORMAT.entries());
                let moved = meaning.0[&(2 * HOME + 5 * PAGE)];
                assert_eq!(moved.pfn, PFN + 5);
                assert!(
                    moved.dirty || written.get() == Some(&false),
                    "a dirty bit is lost"
                );
                meaning.assert_remembered(process);
                end(&[process]);
            }),
        )
    });
}

/// A part of a block is made read-only: what was written before is dirty, and nothing is written after,
/// by no CPU.
#[test]
fn protect_against_write() {
    every_order(2, &["written", "refused"], || {
        let (_, process) = one_block();
        let range = HOME + 4 * PAGE..HOME + 6 * PAGE;
        let written = Arc::new(OnceLock::new());
        let result = written.clone();
        (
            threads![
                move || {
                    process.mprotect(range.clone(), false).expect("memory");
                    let seen = machine::remembered(process.0, range.start, range.end);
                    assert!(seen.iter().all(|seen| !seen.writable), "{seen:x?}");
                },
                move || {
                    let written = process.touch(HOME + 5 * PAGE, true).is_ok();
                    happens(if written { "written" } else { "refused" });
                    result.set(written).expect("once");
                },
            ],
            Box::new(move || {
                let meaning = Meaning::of(process);
                assert_eq!(meaning.0.len(), FORMAT.entries());
                let page = meaning.0[&(HOME + 5 * PAGE)];
                assert!(!page.writable);
                assert!(
                    page.dirty || written.get() == Some(&false),
                    "a dirty bit is lost"
                );
                assert_of_file(process);
                end(&[process]);
            }),
        )
    });
}

// SPDX-License-Identifier: GPL-2.0

//! What operations on memory, and a device that takes pages of it, do to each other, in the orders of
//! steps of `orders.rs`.

// Shuttle switches stacks, which Miri cannot.
#![cfg(not(miri))]

use kernel::{
    bindings::{
        page_to_pfn, pte_softleaf_type, pte_t, softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE,
        softleaf_type_SOFTLEAF_MIGRATION_READ, softleaf_type_SOFTLEAF_MIGRATION_WRITE,
    },
    format::FORMAT,
    machine,
};
use std::sync::{Arc, OnceLock};
use tests::process::{Process, LARGEST};
use threads::{end, every_order, happens, threads};

mod threads;

/// Where the memory is.
const HOME: usize = 8 * FORMAT.size(LARGEST);
const PAGE: usize = FORMAT.size(0);

/// A process with two pages of memory, which it has written.
fn two_pages() -> Process {
    let process = Process::new(FORMAT.levels[0]);
    process.map_anon(HOME..HOME + 2 * PAGE);
    for page in 0..2 {
        process.touch(HOME + page * PAGE, true).expect("memory");
        machine::watch(process.0, HOME + page * PAGE);
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
fn run_against_gup(write: bool, read_only: bool) {
    let outcomes = ["pinned", "not pinned", "moved", "put back"];
    every_order(2, &outcomes, move || {
        let process = two_pages();
        if read_only {
            let protected = process.mprotect(HOME..HOME + 2 * PAGE, false);
            protected.expect("memory");
        }
        let pinned = Arc::new(OnceLock::new());
        let moved = Arc::new(OnceLock::new());
        let (pins, moves) = (pinned.clone(), moved.clone());
        (
            threads![
                move || {
                    let page = process.pin_fast(HOME + PAGE, write);
                    pins.set(page.map(|page| page as usize)).expect("once");
                },
                move || moves.set(process.collect(HOME, 2)).expect("once"),
            ],
            Box::new(move || {
                let moved = moved.get().expect("done");
                assert_ne!(moved[0], 0);
                let taken = moved.get(1).is_some_and(|page| *page != 0);
                happens(if taken { "moved" } else { "put back" });
                let pin = *pinned.get().expect("done");
                happens(pin.map_or("not pinned", |_| "pinned"));
                if let Some(page) = pin {
                    let page = page as *mut kernel::bindings::page;
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
    run_against_gup(true, false);
}

#[test]
fn run_against_gup_to_read() {
    run_against_gup(false, false);
    run_against_gup(false, true);
}

/// Once a page is being moved no CPU writes it by what its TLB remembers, and what was written until then
/// is known.
#[test]
fn run_against_write() {
    every_order(2, &["written", "refused"], || {
        let process = two_pages();
        process.clean(HOME);
        let page = process.page(HOME).expect("a page") as usize;
        let written = Arc::new(OnceLock::new());
        let result = written.clone();
        (
            threads![
                move || {
                    let written = process.access(HOME, true).is_some();
                    happens(if written { "written" } else { "refused" });
                    result.set(written).expect("once");
                },
                move || {
                    let moved = process.collect(HOME, 1);
                    assert_ne!(moved[0], 0);
                    assert_eq!(machine::remembered(process.0, HOME, HOME + PAGE), []);
                    process.put_back(HOME, &moved);
                },
            ],
            Box::new(move || {
                // SAFETY: The page is mapped.
                let folio = unsafe { &*(*(page as *mut kernel::bindings::page)).folio };
                let dirty = folio.dirty.get() || FORMAT.is_dirty(process.raw_pte(HOME));
                assert!(
                    dirty || written.get() == Some(&false),
                    "a dirty bit is lost"
                );
                end_anon(&[process]);
            }),
        )
    });
}

/// A CPU that wants a page that is being moved waits until it is back, and has it then.
#[test]
fn run_against_touch() {
    every_order(1, &["waits", "does not wait"], || {
        let process = two_pages();
        let page = process.page(HOME + PAGE).expect("a page") as usize;
        (
            threads![
                move || {
                    let moved = process.collect(HOME, 2);
                    process.put_back(HOME, &moved);
                },
                move || {
                    let _ = process.touch(HOME, false).expect("memory");
                },
                move || {
                    let _ = process.touch(HOME + PAGE, true).expect("memory");
                },
            ],
            Box::new(move || {
                assert_eq!(
                    process.page(HOME + PAGE).map(|page| page as usize),
                    Some(page)
                );
                has_waited();
                end_anon(&[process]);
            }),
        )
    });
}

/// Whether a thread has waited for a folio.
fn has_waited() {
    let waits = machine::take_calls("folio_wait") > 0;
    happens(if waits { "waits" } else { "does not wait" });
}

/// Of two processes that share a page one moves it, by the lock of its folio.
#[test]
fn run_against_run() {
    every_order(2, &["moved", "left"], || {
        let parent = two_pages();
        let child = parent.fork().expect("a child");
        let collect = |process: Process| {
            move || {
                let moved = process.collect(HOME, 2);
                let any = moved.iter().any(|page| *page != 0);
                happens(if any { "moved" } else { "left" });
                process.put_back(HOME, &moved);
            }
        };
        (
            threads![collect(parent), collect(child)],
            Box::new(move || end_anon(&[child, parent])),
        )
    });
}

/// A page that a device has is not moved, and one that is being moved no device has.
#[test]
fn run_against_take() {
    every_order(2, &["moved", "left", "taken", "waits"], || {
        let process = two_pages();
        (
            threads![
                move || {
                    let moved = process.collect(HOME, 2);
                    let any = moved.iter().any(|page| *page != 0);
                    happens(if any { "moved" } else { "left" });
                    for (i, _) in moved.iter().enumerate().filter(|(_, moved)| **moved != 0) {
                        assert!(is_migration(process.raw_pte(HOME + i * PAGE)));
                    }
                    process.put_back(HOME, &moved);
                },
                move || {
                    let (_, mut results) = process.take_for_device(HOME, 2);
                    assert_all_exclusive(process, &results);
                    process.release(&mut results);
                },
            ],
            Box::new(move || {
                has_waited();
                end_anon(&[process]);
            }),
        )
    });
}

fn is_migration(raw: u64) -> bool {
    // SAFETY: The value alone is looked at.
    let kind = unsafe { pte_softleaf_type(pte_t { pte: raw }) };
    (softleaf_type_SOFTLEAF_MIGRATION_READ..=softleaf_type_SOFTLEAF_MIGRATION_WRITE).contains(&kind)
}

/// While a device has a page no CPU has it, and a CPU that wants it waits until the device lets go.
#[test]
fn take_against_touch() {
    every_order(1, &["taken", "waits", "does not wait"], || {
        let process = two_pages();
        (
            threads![
                move || {
                    let (_, mut results) = process.take_for_device(HOME, 2);
                    assert_all_exclusive(process, &results);
                    process.release(&mut results);
                },
                move || {
                    let _ = process.touch(HOME, true).expect("memory");
                },
                move || {
                    let _ = process.touch(HOME + PAGE, false).expect("memory");
                },
            ],
            Box::new(move || {
                has_waited();
                end_anon(&[process]);
            }),
        )
    });
}

fn is_page(result: *mut kernel::bindings::page) -> bool {
    (result.addr() as isize) > 0
}

/// Each page that was taken is the device's alone.
fn assert_all_exclusive(process: Process, results: &[*mut kernel::bindings::page]) {
    results.iter().for_each(|result| {
        happens(if is_page(*result) {
            "taken"
        } else {
            "not taken"
        });
    });
    let taken = results
        .iter()
        .enumerate()
        .filter(|(_, page)| is_page(**page));
    taken.for_each(|(i, page)| assert_exclusive(process, HOME + i * PAGE, *page));
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

/// A page that another thread has locked stays what it is until it is unlocked.
#[test]
fn take_against_lock() {
    every_order(2, &["taken", "not taken"], || {
        let process = two_pages();
        (
            threads![
                move || {
                    let (_, mut results) = process.take_for_device(HOME, 2);
                    assert_all_exclusive(process, &results);
                    process.release(&mut results);
                },
                move || process.with_locked_page(HOME + PAGE, || {
                    let before = process.raw_pte(HOME + PAGE);
                    machine::step();
                    assert_eq!(
                        process.raw_pte(HOME + PAGE),
                        before,
                        "a page that is locked changes"
                    );
                }),
            ],
            Box::new(move || end_anon(&[process])),
        )
    });
}

/// Two devices, or two threads of one driver, never have one page.
#[test]
fn take_against_take() {
    every_order(2, &["taken", "waits", "does not wait"], || {
        let process = two_pages();
        let take = move || {
            let (_, mut results) = process.take_for_device(HOME, 2);
            assert_all_exclusive(process, &results);
            process.release(&mut results);
        };
        (
            threads![take, take],
            Box::new(move || {
                has_waited();
                end_anon(&[process]);
            }),
        )
    });
}

/// Of two threads that touch a page which a device has let go of, one takes it back, and the other finds
/// it.
#[test]
fn restore_against_restore() {
    every_order(2, &["one faults", "both fault"], || {
        let process = two_pages();
        let (_, mut results) = process.take_for_device(HOME, 1);
        process.release(&mut results);
        (
            threads![
                move || {
                    let _ = process.touch(HOME, true).expect("memory");
                },
                move || {
                    let _ = process.touch(HOME, false).expect("memory");
                },
            ],
            Box::new(move || {
                let faults = machine::take_calls("remove_device_exclusive_entry");
                happens(if faults == 1 {
                    "one faults"
                } else {
                    "both fault"
                });
                assert_eq!(machine::take_traced("device_exclusive_restore"), [0]);
                end_anon(&[process]);
            }),
        )
    });
}

/// A page that is given back is not taken back, and one that was taken back is.
#[test]
fn restore_against_zap() {
    every_order(2, &["restored", "not restored"], || {
        let process = two_pages();
        let (_, mut results) = process.take_for_device(HOME, 1);
        process.release(&mut results);
        (
            threads![
                move || {
                    let _ = process.touch(HOME, true).expect("memory");
                },
                move || {
                    process.drop_anon(HOME..HOME + PAGE);
                },
            ],
            Box::new(move || {
                let restored = machine::take_traced("device_exclusive_restore") == [0];
                happens(if restored { "restored" } else { "not restored" });
                end_anon(&[process]);
            }),
        )
    });
}

/// Neither the entry nor a TLB maps the page; what the entry is otherwise, another thread may change.
fn assert_no_cpu_has(process: Process, addr: usize, page: *mut kernel::bindings::page) {
    // SAFETY: A reference to the page is the device's.
    let pfn = unsafe { page_to_pfn(page) };
    let leaf = machine::leaf_at(process.0, addr);
    assert!(leaf.is_none_or(|(_, raw)| FORMAT.pfn(0, raw) != pfn));
    let seen = machine::remembered(process.0, addr, addr + PAGE);
    assert!(seen.iter().all(|seen| seen.pfn != pfn), "{seen:x?}");
}

/// A page that gup-fast pins while its process forks is the parent's alone: the child gets a copy. The page
/// at `HOME` is taken back from a device by fork itself.
#[test]
fn fork_against_gup() {
    for page in [HOME, HOME + PAGE] {
        let outcomes = ["shared", "not pinned", "pinned", "copied"];
        // What a device has had is pinned only once fork is done, and then it is shared, and read.
        let met = if page == HOME {
            &outcomes[..2]
        } else {
            &outcomes
        };
        every_order(2, met, move || {
            let process = two_pages();
            let (_, mut results) = process.take_for_device(HOME, 1);
            process.release(&mut results);
            let (child, pinned) = (Arc::new(OnceLock::new()), Arc::new(OnceLock::new()));
            let (forked, pins) = (child.clone(), pinned.clone());
            (
                threads![
                    move || forked.set(process.fork().expect("a child")).expect("once"),
                    move || {
                        let pin = process.pin_fast(page, true);
                        pins.set(pin.map(|page| page as usize)).expect("once");
                    },
                ],
                Box::new(move || {
                    let child = *child.get().expect("a child");
                    let [of_parent, of_child] = [process, child].map(|of| of.page(page));
                    let shared = of_parent == of_child;
                    happens(if shared { "shared" } else { "copied" });
                    let pin = *pinned.get().expect("done");
                    happens(pin.map_or("not pinned", |_| "pinned"));
                    if let Some(pin) = pin {
                        assert!(!shared, "a page that is pinned is shared");
                        assert_eq!(of_parent.map(|page| page as usize), Some(pin));
                        process.unpin(pin as *mut kernel::bindings::page);
                    }
                    end_anon(&[child, process]);
                }),
            )
        });
    }
}

/// A page that is given back stays the device's until it lets go, and is no CPU's.
#[test]
fn take_against_zap() {
    every_order(2, &["given back", "kept"], || {
        let process = two_pages();
        (
            threads![
                move || {
                    let (_, mut results) = process.take_for_device(HOME, 2);
                    if is_page(results[0]) {
                        assert_no_cpu_has(process, HOME, results[0]);
                        let kept = process.raw_pte(HOME) != 0;
                        happens(if kept { "kept" } else { "given back" });
                    }
                    if is_page(results[1]) {
                        assert_exclusive(process, HOME + PAGE, results[1]);
                    }
                    process.release(&mut results);
                },
                move || process.drop_anon(HOME..HOME + PAGE),
            ],
            Box::new(move || end_anon(&[process])),
        )
    });
}

/// A child shares what its parent has, or gets a copy: a page that a device has is no other's, and one
/// that both have neither may write.
#[test]
fn take_against_fork() {
    every_order(2, &["shared", "copied"], || {
        let process = two_pages();
        let child = Arc::new(OnceLock::new());
        let forked = child.clone();
        (
            threads![
                move || {
                    let (_, mut results) = process.take_for_device(HOME, 2);
                    assert_all_exclusive(process, &results);
                    process.release(&mut results);
                },
                move || forked.set(process.fork().expect("a child")).expect("once"),
            ],
            Box::new(move || {
                let child = *child.get().expect("a child");
                for addr in [HOME, HOME + PAGE] {
                    let shared = process.page(addr) == child.page(addr);
                    happens(if shared { "shared" } else { "copied" });
                    let writable = [process, child].map(|of| FORMAT.writable(of.raw_pte(addr)));
                    assert!(
                        !shared || writable == [false; 2],
                        "a shared page may be written"
                    );
                    let seen = machine::remembered(process.0, addr, addr + PAGE);
                    assert!(
                        !shared || seen.iter().all(|seen| !seen.writable),
                        "{seen:x?}"
                    );
                }
                end_anon(&[child, process]);
            }),
        )
    });
}

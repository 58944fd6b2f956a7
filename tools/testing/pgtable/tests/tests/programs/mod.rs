// SPDX-License-Identifier: GPL-2.0

//! Random programs: how many there are, which one fails, and what all of them have met.

use kernel::{bindings::use_one_lock, format::FORMAT, machine};
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestRunner},
};
use std::{cell::RefCell, collections::BTreeMap, fmt::Debug};

thread_local! {
    /// What the programs of this test have met, and how often.
    static MET: RefCell<BTreeMap<&'static str, usize>> = const { RefCell::new(BTreeMap::new()) };
}

/// Counts what a program has met.
pub fn meets(what: &'static str, n: usize) {
    MET.with_borrow_mut(|met| *met.entry(what).or_default() += n);
}

/// Counts how often a program has met each event, by its number.
pub fn meets_events(events: &[(&'static str, u32)]) {
    let counted = machine::take_events();
    let count = |item| counted.iter().find(|(of, _)| *of == item);
    for (what, item) in events {
        meets(what, count(*item).map_or(0, |(_, n)| *n));
    }
}

/// Runs `programs` random lists of at most `len` operations, with each number of levels that the format has,
/// with a lock for each table or one for all, and with something more that differs. One that fails is made as short as it can be, and printed.
///
/// Together they have to meet all that [`meets()`] is told of, or they show nothing. They are the same in
/// each run, unless `PROPTEST_CASES` or `PROPTEST_RNG_SEED` asks for others.
pub fn run_programs<Op: Debug, With: Debug>(
    (programs, len): (u32, usize),
    op: impl Strategy<Value = Op>,
    with: impl Strategy<Value = With>,
    run: impl Fn(u32, With, Vec<Op>),
) {
    let levels = prop::sample::select(FORMAT.levels);
    let one_lock = any::<bool>();
    let all = (levels, one_lock, with, prop::collection::vec(op, 1..len));
    let mut runner = TestRunner::new(config(programs));
    let result = runner.run(&all, |(levels, one_lock, with, program)| {
        use_one_lock(one_lock);
        run(levels, with, program);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}\n{runner}"));
    let met = MET.take();
    println!("{met:?}");
    if runner.config().cases >= programs {
        let not_met: Vec<_> = met.iter().filter(|(_, n)| **n == 0).collect();
        assert!(not_met.is_empty(), "no program has met {not_met:?}");
    }
}

fn config(programs: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let asked = |name| std::env::var_os(name).is_some();
    ProptestConfig {
        cases: match asked("PROPTEST_CASES") {
            true => default.cases,
            false if cfg!(miri) => 2,
            false => programs,
        },
        rng_seed: if asked("PROPTEST_RNG_SEED") {
            default.rng_seed
        } else {
            RngSeed::Fixed(20)
        },
        failure_persistence: None,
        ..default
    }
}

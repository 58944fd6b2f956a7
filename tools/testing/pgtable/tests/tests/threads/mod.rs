// SPDX-License-Identifier: GPL-2.0

//! Threads that are scheduled by shuttle, at each lock and each access to an entry.

use kernel::{
    bindings::use_one_lock,
    format::FORMAT,
    machine::{self, set_threads, Threads},
};
use shuttle::{
    scheduler::{
        PctScheduler, RandomScheduler, ReplayScheduler, Schedule, Scheduler, Task, TaskId,
    },
    sync::mpsc::{channel, Sender},
    thread, Config, FailurePersistence, Runner,
};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        Arc, Mutex,
    },
    time::Duration,
};
use tests::process::Process;

pub type Body = Box<dyn FnOnce() + Send>;

thread_local! {
    static WAITING: RefCell<Vec<Sender<()>>> = const { RefCell::new(Vec::new()) };
    /// What has happened in one order or another.
    static SEEN: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

const THREADS: Threads = Threads {
    // Lets others run, once: an access of an atomic of shuttle would before it and after it.
    step: || thread::sleep(Duration::ZERO),
    wait: || {
        // Unlike park(), this does not return early.
        let (sender, receiver) = channel();
        WAITING.with_borrow_mut(|waiting| waiting.push(sender));
        let _ = receiver.recv();
    },
    wake: || {
        WAITING
            .take()
            .iter()
            .for_each(|waiting| waiting.send(()).unwrap_or_default());
    },
    me: || usize::from(shuttle::current::me()),
};

const SEED: u64 = 20;

/// How many orders there are at least of threads that can be interrupted at each step.
const LEAST: usize = 20;

/// How many schedules are tried of what is too much for all of them: fewer of tables so large that to
/// split a leaf takes the time.
fn runs() -> usize {
    let asked = std::env::var("RUNS").ok().and_then(|n| n.parse().ok());
    asked.unwrap_or(200) * 512 / FORMAT.entries()
}

/// The threads of a test.
macro_rules! threads {
    ($($body:expr),+ $(,)?) => {
        vec![$(Box::new($body)),+]
    };
}
pub(crate) use threads;

/// Says what has happened in this order.
pub fn happens(what: &'static str) {
    SEEN.with_borrow_mut(|seen| seen.insert(what));
}

/// Ends processes, and looks that nothing is left.
pub fn end(processes: &[Process]) {
    processes.iter().for_each(|process| process.exit());
    assert_eq!(machine::tables(), 0);
    assert_eq!(machine::take_warnings(), 0);
}

/// Runs `test` under every schedule in which threads are interrupted `bound` times at most where they
/// could go on, once with larger tables, and then under random ones, half of them with one lock for all
/// tables of a mm. `test` prepares and returns what the threads do, and what is looked at when they are
/// done.
///
/// Each of `outcomes` has to happen in one of these orders: a test whose threads never meet finds nothing.
pub fn every_order<T>(bound: usize, outcomes: &[&str], test: T)
where
    T: Fn() -> (Vec<Body>, Body) + Send + Sync + Copy + 'static,
{
    let orders = Arc::new(AtomicUsize::new(0));
    let count = orders.clone();
    let body = move |traced: bool| {
        count.fetch_add(1, SeqCst);
        machine::boot();
        let (threads, look) = test();
        if traced {
            machine::trace();
        }
        set_threads(Some(THREADS));
        let threads: Vec<_> = threads.into_iter().map(thread::spawn).collect();
        for thread in threads {
            thread.join().expect("a thread fails");
        }
        set_threads(None);
        look();
    };
    let bound = if FORMAT.entries() > 512 { 1 } else { bound };
    SEEN.take();
    use_one_lock(false);
    run(Bounded::new(bound), &body);
    let orders = orders.load(SeqCst);
    println!("{orders} orders, and {} by chance", 2 * runs());
    assert!(orders >= LEAST, "the threads run one after another");
    let seen = SEEN.take();
    for outcome in outcomes {
        assert!(seen.contains(outcome), "in no order '{outcome}': {seen:?}");
    }
    run(RandomScheduler::new_from_seed(SEED, runs()), &body);
    use_one_lock(true);
    run(PctScheduler::new_from_seed(SEED, 3, runs()), &body);
}

/// Runs every schedule of `scheduler`. One that fails is run once more, for its steps, which are printed.
fn run<S, B>(scheduler: S, body: &B)
where
    S: Scheduler + 'static,
    B: Fn(bool) + Send + Sync + Clone + 'static,
{
    // What a test before this one left, if it failed.
    set_threads(None);
    let order = Arc::new(Mutex::new(Schedule::new(0)));
    let (recorded, all) = (Recorded(scheduler, order.clone()), body.clone());
    let runner = Runner::new(recorded, config());
    let Err(failure) = catch_unwind(AssertUnwindSafe(move || runner.run(move || all(false))))
    else {
        return;
    };
    set_threads(None);
    let order = order
        .lock()
        .unwrap_or_else(|lock| lock.into_inner())
        .clone();
    let (again, one) = (ReplayScheduler::new_from_schedule(order), body.clone());
    let runner = Runner::new(again, config());
    let _ = catch_unwind(AssertUnwindSafe(move || runner.run(move || one(true))));
    set_threads(None);
    eprintln!("the steps of the order that fails:");
    machine::steps()
        .iter()
        .for_each(|step| eprintln!("  {step}"));
    resume_unwind(failure);
}

/// Remembers the last schedule of another scheduler.
struct Recorded<S>(S, Arc<Mutex<Schedule>>);

impl<S> Recorded<S> {
    fn last(&self) -> std::sync::MutexGuard<'_, Schedule> {
        self.1.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

impl<S: Scheduler> Scheduler for Recorded<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        let next = self.0.new_execution()?;
        *self.last() = next.clone();
        Some(next)
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        let next = self.0.next_task(runnable, current, is_yielding)?;
        self.last().push_task(next);
        Some(next)
    }

    fn next_u64(&mut self) -> u64 {
        self.last().push_random();
        self.0.next_u64()
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 0x40000;
    // Every run is the same: there is nothing to keep.
    config.failure_persistence = FailurePersistence::None;
    config
}

/// All schedules with a bounded number of preemptions: most bugs need two, and there are few enough.
struct Bounded {
    bound: usize,
    /// What could run at each step, and which of these does.
    choices: Vec<(Vec<TaskId>, usize)>,
    step: usize,
    preempted: usize,
    started: bool,
}

impl Bounded {
    fn new(bound: usize) -> Self {
        Self {
            bound,
            choices: Vec::new(),
            step: 0,
            preempted: 0,
            started: false,
        }
    }

    /// Goes on to the next schedule: the last choice that has another takes that.
    fn advance(&mut self) -> bool {
        while let Some((options, taken)) = self.choices.last_mut() {
            *taken += 1;
            if *taken < options.len() {
                return true;
            }
            self.choices.pop();
        }
        !std::mem::replace(&mut self.started, true)
    }
}

impl Scheduler for Bounded {
    fn new_execution(&mut self) -> Option<Schedule> {
        (self.step, self.preempted) = (0, 0);
        self.advance().then(|| Schedule::new(0))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        _is_yielding: bool,
    ) -> Option<TaskId> {
        let mut options: Vec<_> = runnable.iter().map(|task| task.id()).collect();
        let goes_on = current.and_then(|id| options.iter().position(|option| *option == id));
        if let Some(at) = goes_on {
            options.swap(0, at);
            if self.preempted == self.bound {
                options.truncate(1);
            }
        }
        if self.step == self.choices.len() {
            self.choices.push((options, 0));
        }
        let (options, taken) = &self.choices[self.step];
        self.preempted += usize::from(goes_on.is_some() && *taken > 0);
        self.step += 1;
        options.get(*taken).copied()
    }

    fn next_u64(&mut self) -> u64 {
        0
    }
}

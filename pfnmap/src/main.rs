// SPDX-License-Identifier: GPL-2.0

//! Shows which processes map device memory, and the sizes of the page table entries that map it.

use std::{
    collections::BTreeMap,
    io::{stdout, ErrorKind, IsTerminal, Write},
    process::ExitCode,
    time::Duration,
};

use anyhow::{bail, Result};
use clap::{Parser, Subcommand};
use rustix::thread::{nanosleep, Timespec};
use serde::Serialize;

mod btf;
mod device;
mod entries;
#[allow(unsafe_code)]
mod ffi;
mod kcore;
mod limits;
mod process;
mod scan;
mod show;
#[allow(unsafe_code)]
mod signal_ffi;
mod trace;
mod walk;

use scan::{Report, Scanner};
use trace::{Event, Trace};

/// Show which processes map device memory, and the sizes of the page table entries that map it.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Args {
    /// Draw each mapping of this process
    pid: Option<i32>,

    /// Print JSON
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Repeat the list, with the kernel's counters and tracepoints
    Watch {
        /// Seconds between two updates
        #[arg(short, long, default_value_t = 1.0, value_parser = seconds)]
        interval: f64,

        /// Stop after this many updates
        #[arg(short, long)]
        count: Option<u64>,
    },
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json {
    /// Why entries are unknown, if some are.
    entries_unknown: Option<String>,
    /// The number of processes whose mappings cannot be read.
    hidden: usize,
    processes: Vec<Report>,
    counters: BTreeMap<String, u64>,
    /// What happened since the last update.
    events: Vec<Event>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "not a number")?;
    if (0.1..=86400.0).contains(&number) {
        Ok(number)
    } else {
        Err("give 0.1 to 86400 seconds".into())
    }
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pfnmap: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the reader has closed the output.
fn closed(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn run(args: Args) -> Result<()> {
    let mut scanner = Scanner::new();
    match (args.command, args.pid) {
        (Some(Command::Watch { interval, count }), _) => {
            watch(&mut scanner, interval, count, args.json)
        }
        (None, pid) => {
            let json = look(&mut scanner, pid)?;
            let text = match pid {
                _ if args.json => serde_json::to_string_pretty(&json)? + "\n",
                Some(_) => json.processes.iter().map(show::draw).collect(),
                None => show::list(&json.processes) + &show::limits(&json.processes),
            };
            print(&text)?;
            if let (Some(_), Some(why)) = (pid, &json.entries_unknown) {
                bail!("entries unknown: {why}");
            }
            if !args.json {
                warn(&json);
            }
            Ok(())
        }
    }
}

/// Says what the output lacks. Comes after the output, because watch clears the screen first.
fn warn(json: &Json) {
    if let Some(why) = &json.entries_unknown {
        eprintln!("pfnmap: entries unknown: {why}");
    }
    if json.hidden > 0 {
        let hidden = json.hidden;
        eprintln!("pfnmap: {hidden} of the processes hidden: needs CAP_SYS_PTRACE");
    }
}

fn look(scanner: &mut Scanner, pid: Option<i32>) -> Result<Json> {
    scanner.refresh();
    let (processes, hidden) = match pid {
        Some(pid) => (vec![scanner.one(pid)?], 0),
        None => scanner.all()?,
    };
    let counters = scan::counters();
    Ok(Json {
        entries_unknown: scanner.why_unknown(&processes),
        hidden,
        processes,
        counters,
        events: Vec::new(),
    })
}

fn watch(scanner: &mut Scanner, interval: f64, count: Option<u64>, json: bool) -> Result<()> {
    signal_ffi::catch();
    let mut trace = Trace::start()?;
    let mut before = scan::counters();
    for number in 1.. {
        let mut now = look(scanner, None)?;
        if let Some(trace) = &mut trace {
            now.events = trace.read()?;
        }
        if json {
            print(&(serde_json::to_string(&now)? + "\n"))?;
        } else {
            print(&screen(&now, &before))?;
            warn(&now);
        }
        if count.is_some_and(|count| number >= count) {
            break;
        }
        before = now.counters;
        // A signal interrupts the sleep.
        let _ = nanosleep(&Timespec::try_from(Duration::from_secs_f64(interval))?);
        if signal_ffi::came() {
            break;
        }
    }
    Ok(())
}

/// One update of the screen. Clears it only if it is a terminal.
fn screen(now: &Json, before: &BTreeMap<String, u64>) -> String {
    let clear = match stdout().is_terminal() {
        true => "\x1b[H\x1b[2J",
        false => "",
    };
    let (list, events) = (show::list(&now.processes), show::events(&now.events));
    clear.to_owned() + &list + &show::counters(&now.counters, before) + &events
}

fn print(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

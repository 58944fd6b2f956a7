// SPDX-License-Identifier: GPL-2.0

//! Shows which processes map device memory, and by page table entries of which size.

use std::{
    collections::BTreeMap,
    io::{stdout, ErrorKind, IsTerminal, Write},
    process::ExitCode,
    thread::sleep,
    time::Duration,
};

use anyhow::{bail, Result};
use clap::{Parser, Subcommand};
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
mod walk;

use scan::{Report, Scanner};

/// Show which processes map device memory, and by page table entries of which size.
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
    /// List again and again, with the kernel's counters
    Watch {
        /// Seconds between two looks
        #[arg(short, long, default_value_t = 1.0, value_parser = seconds)]
        interval: f64,

        /// End after so many looks
        #[arg(short, long)]
        count: Option<u64>,
    },
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json {
    /// Why entries are unknown, if some are.
    entries_unknown: Option<String>,
    /// Of how many processes the mappings may not be read.
    hidden: usize,
    processes: Vec<Report>,
    counters: BTreeMap<String, i64>,
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

/// Whether the output is read no more.
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
                None => list(&json),
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

/// Says what the output lacks, after it: watch clears the screen before.
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
    })
}

fn list(json: &Json) -> String {
    if json.processes.is_empty() {
        return "No process maps device memory.\n".into();
    }
    show::list(&json.processes)
}

fn watch(scanner: &mut Scanner, interval: f64, count: Option<u64>, json: bool) -> Result<()> {
    let mut before = scan::counters();
    for number in 1.. {
        let now = look(scanner, None)?;
        if json {
            print(&(serde_json::to_string(&now)? + "\n"))?;
        } else {
            let clear = if stdout().is_terminal() {
                "\x1b[H\x1b[2J"
            } else {
                ""
            };
            let counters = show::counters(&now.counters, &before);
            print(&format!("{clear}{}\n{counters}", list(&now)))?;
            warn(&now);
        }
        if count.is_some_and(|count| number >= count) {
            break;
        }
        before = now.counters;
        sleep(Duration::from_secs_f64(interval));
    }
    Ok(())
}

fn print(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

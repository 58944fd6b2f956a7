// SPDX-License-Identifier: GPL-2.0

//! What the program prints: tables and bars, 80 columns wide.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use comfy_table::{presets::NOTHING, CellAlignment, ContentArrangement, Table};

use crate::{
    device,
    entries::{Counts, Level, Run},
    limits::{bytes, Limit},
    scan::{Mapping, Report},
    trace::Event,
};

const WIDTH: u16 = 80;
const BAR: usize = 64;
/// Of so many at a time a person reads.
const EVENTS: usize = 8;

fn table() -> Table {
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table
}

fn finish(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    table
        .lines()
        .fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

/// The mappings of one BAR in one process, as one line.
#[derive(Default)]
struct Line {
    name: String,
    size: u64,
    counts: Option<Counts>,
    limits: Vec<Limit>,
}

/// All processes, a line for each BAR.
pub fn list(reports: &[Report]) -> String {
    if reports.is_empty() {
        return "No process maps device memory.\n".into();
    }
    let mut lines: BTreeMap<(i32, &str, Option<u32>), Line> = BTreeMap::new();
    for report in reports {
        for mapping in &report.mappings {
            let key = (
                report.pid,
                mapping.target.device.as_str(),
                mapping.target.bar,
            );
            lines.entry(key).or_default().add(&report.name, mapping);
        }
    }
    let mut table = table();
    let leaves = Level::leaves();
    let sizes = leaves.iter().map(|level| bytes(level.size()));
    table.set_header(
        ["PID", "PROCESS", "DEVICE", "BAR", "SIZE"]
            .map(String::from)
            .into_iter()
            .chain(sizes)
            .chain(["LIMIT".into()]),
    );
    for ((pid, device, bar), line) in &lines {
        let count = |&level| {
            line.counts
                .map_or("?".into(), |counts| grouped(counts.entries(level)))
        };
        let limit = line
            .limits
            .iter()
            .min()
            .map_or("".into(), |limit| tag(*limit));
        let name: String = line.name.chars().take(15).collect();
        let bar = bar.map_or("-".into(), |bar| bar.to_string());
        let device: String = device.chars().take(12).collect();
        table.add_row(
            [pid.to_string(), name, device, bar, bytes(line.size)]
                .into_iter()
                .chain(leaves.iter().map(count))
                .chain([limit]),
        );
    }
    for column in [0, 3].into_iter().chain(4..5 + leaves.len()) {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    finish(table)
}

/// What the limits in a list mean.
pub fn limits(reports: &[Report]) -> String {
    let mappings = reports.iter().flat_map(|report| &report.mappings);
    explain(
        &mappings
            .flat_map(|mapping| mapping.limits.clone())
            .collect(),
    )
}

impl Line {
    fn add(&mut self, name: &str, mapping: &Mapping) {
        self.name = name.into();
        self.size += mapping.size();
        self.limits.extend(&mapping.limits);
        if let Some(entries) = mapping.entries {
            self.counts.get_or_insert_default().add(entries);
        }
    }
}

fn tag(limit: Limit) -> String {
    format!("{:?}", limit.cause).to_lowercase()
}

/// What each limit means, in a table of its own; a cause is about the largest of its levels.
fn explain(limits: &BTreeSet<Limit>) -> String {
    let causes: BTreeMap<_, _> = limits.iter().map(|limit| (limit.cause, limit)).collect();
    let mut table = table();
    for limit in causes.values() {
        table.add_row([tag(**limit), limit.text()]);
    }
    block(table)
}

/// One process, a bar for each mapping.
pub fn draw(report: &Report) -> String {
    let mut out = format!("{} {}\n", report.pid, report.name);
    let mut limits = BTreeSet::new();
    for mapping in &report.mappings {
        out += &draw_mapping(mapping);
        limits.extend(&mapping.limits);
    }
    if report.mappings.is_empty() {
        out += "maps no device memory\n";
    }
    out + &explain(&limits)
}

fn draw_mapping(mapping: &Mapping) -> String {
    let target = &mapping.target;
    let mut out = String::from("\n");
    let _ = match target.bar {
        Some(bar) => {
            let name = device::name(&target.device).unwrap_or_default();
            writeln!(out, "{} BAR {bar}  {name}", target.device)
        }
        None => writeln!(out, "{}", target.device),
    };
    let phys = target
        .phys
        .map_or(String::new(), |phys| format!(", physical {phys:#x}"));
    let _ = writeln!(
        out,
        "{:#x}-{:#x}  {} from {:#x}{phys}",
        mapping.start,
        mapping.end,
        bytes(mapping.size()),
        target.offset,
    );
    let (Ok(runs), Some(counts)) = (&mapping.runs, mapping.entries) else {
        return out + "entries unknown\n";
    };
    let cells: String = (0..BAR)
        .map(|cell| draw_cell(mapping, &runs.0, cell))
        .collect();
    let _ = writeln!(out, "|{cells}|");
    for &level in Level::leaves() {
        let (size, count) = (bytes(level.size()), grouped(counts.entries(level)));
        let _ = write!(out, "{} {size}: {count}   ", symbol(Some(level)));
    }
    let _ = writeln!(
        out,
        ". not mapped: {}",
        bytes(mapping.size() - counts.total())
    );
    let tags: BTreeSet<String> = mapping.limits.iter().map(|limit| tag(*limit)).collect();
    if !tags.is_empty() {
        let tags: Vec<String> = tags.into_iter().collect();
        let _ = writeln!(out, "limits: {}", tags.join(", "));
    }
    out
}

/// A cell shows the smallest entries in its part of the mapping.
fn draw_cell(mapping: &Mapping, runs: &[Run], cell: usize) -> char {
    let at =
        |cell: usize| mapping.start + (mapping.size() as u128 * cell as u128 / BAR as u128) as u64;
    let (start, end) = (at(cell), at(cell + 1).max(at(cell) + 1));
    let first = runs.partition_point(|run| run.range.end <= start);
    let inside = runs[first..].iter().take_while(|run| run.range.start < end);
    symbol(inside.map(|run| run.level).min())
}

fn symbol(level: Option<Level>) -> char {
    match level {
        Some(Level::Pud) => '#',
        Some(Level::Pmd) => '=',
        Some(Level::Pte) => '-',
        None => '.',
    }
}

/// Counters, and by how much they rose since `before`.
pub fn counters(now: &BTreeMap<String, u64>, before: &BTreeMap<String, u64>) -> String {
    let mut table = table();
    for (name, value) in now {
        let rise = value - before.get(name).unwrap_or(value).min(value);
        let rise = match rise {
            0 => String::new(),
            rise => format!("+{}", grouped(rise)),
        };
        table.add_row([name.to_owned(), grouped(*value), rise]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    block(table)
}

/// The last events, the latest at the end.
pub fn events(events: &[Event]) -> String {
    let mut table = table();
    table.set_header(["TASK", "EVENT", "ADDRESS", "LEVEL", "PFN", "RESULT"]);
    let earlier = events.len().saturating_sub(EVENTS);
    for event in &events[earlier..] {
        let Event {
            task,
            name,
            address,
            level,
            pfn,
            result,
        } = event;
        table.add_row([task, name, address, level, pfn, result]);
    }
    let mut text = block(table);
    if earlier > 0 {
        let _ = writeln!(text, "and {} before", grouped(earlier as u64));
    }
    text
}

/// A table after an empty line; nothing if it is empty.
fn block(table: Table) -> String {
    if table.is_empty() {
        return String::new();
    }
    format!("\n{}", finish(table))
}

/// A number with a comma at each thousand.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::{Target, Via},
        entries::Runs,
        limits::Cause,
    };

    const G: u64 = 1 << 30;

    fn report() -> Report {
        let mut runs = Runs::default();
        runs.push(Run {
            range: G..9 * G,
            phys: 64 * G,
            level: Level::Pud,
        });
        runs.push(Run {
            range: 9 * G..9 * G + 4096,
            phys: 72 * G,
            level: Level::Pte,
        });
        let target = Target {
            device: "0000:00:01.0".into(),
            bar: Some(4),
            bar_size: Some(16 * G),
            phys: Some(64 * G),
            offset: 0,
            via: Via::Vfio,
        };
        let mapping = Mapping {
            start: G,
            end: 17 * G,
            path: "/dev/vfio/devices/vfio0".into(),
            target,
            entries: Some(runs.counts()),
            limits: vec![
                Limit {
                    cause: Cause::Split,
                    level: Level::Pud,
                },
                Limit {
                    cause: Cause::Split,
                    level: Level::Pmd,
                },
                Limit {
                    cause: Cause::Unmapped,
                    level: Level::Pte,
                },
            ],
            runs: Ok(runs),
        };
        Report {
            pid: 1_234_567,
            name: "qemu-system-x86_64".into(),
            mappings: vec![mapping],
        }
    }

    #[test]
    fn a_list_fits_80_columns() {
        let text = list(&[report()]) + &limits(&[report()]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines.iter().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert_eq!(lines[0].split_whitespace().next(), Some("PID"));
        assert!(
            lines[1].contains("qemu-system-x86 0000:00:01.0   4 16 GiB"),
            "{text}"
        );
        assert!(lines[1].ends_with("split"), "{text}");
        assert_eq!(text.matches("\nsplit ").count(), 1, "{text}");
    }

    #[test]
    fn a_bar_shows_the_smallest() {
        let text = draw(&report());
        let bar = format!("|{}-{}|", "#".repeat(32), ".".repeat(31));
        assert!(text.contains(&bar), "{text}");
        assert!(
            text.contains("# 1 GiB: 8   = 2 MiB: 0   - 4 KiB: 1 "),
            "{text}"
        );
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }

    #[test]
    fn what_is_unknown_is_a_question_mark() {
        let mut report = report();
        report.mappings[0].entries = None;
        assert!(list(&[report]).contains(" ? "));
    }

    #[test]
    fn counters_show_by_how_much_they_rose() {
        let before = BTreeMap::from([("pfnmap_fault_pud".into(), 7), ("pfnmap_split".into(), 3)]);
        let mut now = before.clone();
        now.insert("pfnmap_fault_pud".into(), 2_007);
        let text = counters(&now, &before);
        assert_eq!(
            text,
            "\npfnmap_fault_pud 2,007 +2,000\npfnmap_split         3\n"
        );
        assert_eq!(counters(&BTreeMap::new(), &before), "");
    }

    #[test]
    fn the_last_events_fit_80_columns() {
        let event = |pfn: u64| Event {
            task: "1234567".into(),
            name: "device_exclusive_restore".into(),
            address: "0xffff7fd200000000".into(),
            level: "pud".into(),
            pfn: format!("{pfn:#x}"),
            result: "HWPOISON".into(),
        };
        let all: Vec<Event> = (0x800_0000..0x800_0010).map(event).collect();
        let text = events(&all);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert_eq!(text.matches("HWPOISON").count(), EVENTS, "{text}");
        assert!(
            text.ends_with("0x800000f HWPOISON\nand 8 before\n"),
            "{text}"
        );
        assert_eq!(events(&[]), "");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            (grouped(0), grouped(999), grouped(4_194_304)),
            ("0".into(), "999".into(), "4,194,304".into())
        );
    }
}
